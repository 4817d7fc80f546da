"""11 migrations in one, for a database that is new; one that has begun with them goes on with them.

Both ways lead to the same database (tests/operation/test_one_migration.py). With the release after the next, when nobody
upgrades from 0.1.0 any more, the 11 go.
"""

import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
import petition.identifiers
from django.conf import settings
from django.db import migrations, models

from petition.creating import CreateModels
from petition.immutable import protect


class Migration(migrations.Migration):

    replaces = [
        ('petition', '0001_initial'),
        ('petition', '0002_published_stays'),
        ('petition', '0003_publishing_switches'),
        ('petition', '0004_next_versions'),
        ('petition', '0005_publication_hour'),
        ('petition', '0006_delivery'),
        ('petition', '0007_card'),
        ('petition', '0008_team_history'),
        ('petition', '0009_hold_on_burst'),
        ('petition', '0010_running'),
        ('petition', '0011_names_unsearchable'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name='Answered',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(help_text="a hash of the client's key and the address asked", max_length=64, unique=True)),
                    ('body', models.CharField(help_text='a keyed hash of what was sent', max_length=64)),
                    ('sealed', models.TextField(blank=True, help_text='the answer, encrypted; empty while it is made')),
                    ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ],
            ),
            migrations.CreateModel(
                name='Kept',
                fields=[
                    ('cache_key', models.CharField(max_length=255, primary_key=True, serialize=False)),
                    ('value', models.TextField()),
                    ('expires', models.DateTimeField(db_index=True)),
                ],
            ),
            migrations.CreateModel(
                name='Run',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('task', models.CharField(max_length=80, unique=True)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now, help_text="when it ended, by the database's clock")),
                    ('seconds', models.FloatField(default=0)),
                    ('failures', models.PositiveIntegerField(default=0)),
                    ('failed_at', models.DateTimeField(null=True)),
                    ('problem', models.CharField(blank=True, help_text='of the last failure', max_length=100)),
                    ('found', models.JSONField(default=dict, help_text='what the task found, such as drift')),
                ],
            ),
            migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                    ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                    ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                    ('name', models.CharField(blank=True, max_length=120)),
                    ('email', models.EmailField(max_length=254, unique=True)),
                    ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                    ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ],
                options={
                    'verbose_name': 'user',
                    'verbose_name_plural': 'users',
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Delivery',
                fields=[
                    ('id', models.UUIDField(default=petition.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('as_of', models.DateTimeField()),
                    ('signatories', models.PositiveIntegerField()),
                    ('frame', models.JSONField(help_text='title, addressees, ask, organiser and disclaimer as they stood')),
                    ('figures', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                    ('text_sha256', models.CharField(max_length=64)),
                    ('list_sha256', models.CharField(max_length=64)),
                    ('tally_sha256', models.CharField(max_length=64)),
                    ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('letter', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='delivery', to='petition.letter')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='petition.version')),
                ],
                options={
                    'verbose_name_plural': 'deliveries',
                },
            ),
            migrations.CreateModel(
                name='AddresseeLink',
                fields=[
                    ('id', models.UUIDField(default=petition.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('addressee', models.CharField(max_length=600)),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('expires_at', models.DateTimeField()),
                    ('revoked_at', models.DateTimeField(null=True)),
                    ('acknowledged_at', models.DateTimeField(null=True)),
                    ('acknowledged_by', models.CharField(blank=True, max_length=200)),
                    ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='petition.delivery')),
                ],
                options={
                    'ordering': ['made_at', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='Letter',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('slug', models.SlugField(max_length=80, unique=True)),
                    ('title', models.CharField(max_length=200)),
                    ('addressees', models.JSONField(default=list, help_text='name, office, address and source of each')),
                    ('ask', models.CharField(help_text='what the letter asks for, in one sentence', max_length=300)),
                    ('eligibility', models.TextField(blank=True, max_length=2000)),
                    ('disciplines', models.JSONField(default=dict, help_text="the letter's own list: key to label")),
                    ('disclaimer', models.TextField(max_length=1000)),
                    ('organiser', models.CharField(max_length=200)),
                    ('interests', models.TextField(blank=True, max_length=2000)),
                    ('contact', models.EmailField(max_length=254)),
                    ('language', models.CharField(default='en', max_length=12)),
                    ('listing', models.CharField(choices=[('vetted', 'A name is public after a person of the team decided'), ('confirmed', 'A name is public once the signer confirmed by email (mass petition)')], default='vetted', max_length=10)),
                    ('publishing', models.BooleanField(default=True, help_text='off: decisions wait, signatures are still collected')),
                    ('hold_new', models.BooleanField(default=False, help_text='on: whoever confirms is held for a second look')),
                    ('hold_on_burst', models.BooleanField(db_default=False, default=False, help_text='on: a burst of signatures turns hold_new on')),
                    ('names_unsearchable', models.BooleanField(db_default=False, default=False, help_text='on: search engines are asked to leave out the pages with names')),
                    ('status', models.CharField(choices=[('draft', 'Draft'), ('founding', 'With its founders'), ('open', 'Open for signatures'), ('paused', 'Paused'), ('closed', 'Closed'), ('delivered', 'Delivered')], default='draft', max_length=10)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('opened_at', models.DateTimeField(blank=True, null=True)),
                    ('closes_at', models.DateTimeField(blank=True, null=True)),
                    ('publish_at', models.DateTimeField(blank=True, help_text='when the scheduler opens it', null=True)),
                    ('least_founders', models.PositiveSmallIntegerField(default=0, help_text='listed founders without whom it stays shut')),
                    ('keep_until', models.DateField(blank=True, help_text="until when the signers' data are kept", null=True)),
                ],
                options={
                    'ordering': [models.OrderBy(models.F('opened_at'), descending=True, nulls_first=True), '-created_at'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'founding', 'open', 'paused', 'closed', 'delivered'])), name='letter_status_is_known'), models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'founding']), ('opened_at__isnull', False), _connector='OR'), name='letter_public_has_opened')],
                },
            ),
            migrations.CreateModel(
                name='Card',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('says', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, help_text='what is written on it')),
                    ('png', models.BinaryField()),
                    ('sha256', models.CharField(max_length=64)),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('letter', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='card', to='petition.letter')),
                ],
            ),
            migrations.CreateModel(
                name='LetterEvent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('was', models.CharField(max_length=10)),
                    ('now', models.CharField(max_length=10)),
                    ('reason', models.CharField(blank=True, max_length=40)),
                    ('role', models.CharField(blank=True, db_default='', default='', help_text='their role since; empty: none', max_length=10)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='petition.letter')),
                    ('member', models.ForeignKey(help_text='whose role changed', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['at', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='Opening',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('what', models.CharField(choices=[('page', 'page'), ('pdf', 'document'), ('bundle', 'bundle')], max_length=8)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('link', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='openings', to='petition.addresseelink')),
                ],
                options={
                    'ordering': ['-at', '-pk'],
                },
            ),
            migrations.CreateModel(
                name='Version',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveSmallIntegerField(default=1)),
                    ('body', models.TextField(help_text='Markdown', max_length=60000)),
                    ('html', models.TextField(blank=True)),
                    ('text', models.TextField(blank=True, help_text='canonical text: title, addressees, ask and body')),
                    ('sha256', models.CharField(blank=True, max_length=64)),
                    ('reason', models.CharField(choices=[('first', 'First publication'), ('typo', 'Typing error corrected'), ('clarification', 'Clarification'), ('meaning', 'Change of meaning')], default='first', max_length=15)),
                    ('note', models.CharField(blank=True, help_text='what changed, in one sentence for readers', max_length=300)),
                    ('edits', models.PositiveIntegerField(default=0, help_text='saves of a draft, so that none overwrites another')),
                    ('edited_at', models.DateTimeField(null=True)),
                    ('published_at', models.DateTimeField(blank=True, null=True)),
                    ('edited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='petition.letter')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('letter', 'number'), name='version_number_once'), models.UniqueConstraint(condition=models.Q(('published_at__isnull', True)), fields=('letter',), name='version_one_draft'), models.CheckConstraint(condition=models.Q(('published_at__isnull', True), models.Q(models.Q(('text', ''), _negated=True), models.Q(('html', ''), _negated=True), models.Q(('sha256', ''), _negated=True)), _connector='OR'), name='version_published_is_whole'), models.CheckConstraint(condition=models.Q(('number', 1), models.Q(('reason', 'first'), _negated=True), _connector='XOR'), name='version_first_is_first')],
                },
            ),
            migrations.CreateModel(
                name='Translation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('language', models.CharField(max_length=12)),
                    ('title', models.CharField(max_length=200)),
                    ('ask', models.CharField(max_length=300)),
                    ('body', models.TextField(help_text='Markdown', max_length=60000)),
                    ('html', models.TextField(blank=True)),
                    ('reviewer', models.CharField(blank=True, help_text='who read it beside the authoritative text', max_length=120)),
                    ('state', models.CharField(choices=[('draft', 'Not reviewed'), ('reviewed', 'Reviewed')], default='draft', max_length=10)),
                    ('edited_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('edited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='translations', to='petition.version')),
                ],
                options={
                    'ordering': ['language'],
                    'constraints': [models.UniqueConstraint(fields=('version', 'language'), name='translation_once'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'reviewed'), _negated=True), models.Q(('reviewer', ''), _negated=True), _connector='OR'), name='translation_reviewed_by_somebody')],
                },
            ),
            migrations.CreateModel(
                name='Bundle',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('state', models.CharField(choices=[('owed', 'Being made'), ('ready', 'Ready'), ('failed', 'Could not be made')], default='owed', max_length=8)),
                    ('stage', models.CharField(default='Waiting for a worker', max_length=60)),
                    ('percent', models.PositiveSmallIntegerField(default=0)),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('make_after', models.DateTimeField(default=django.utils.timezone.now, help_text='the end of the lease while it is being made')),
                    ('problem', models.CharField(blank=True, max_length=300)),
                    ('notes', models.JSONField(default=list, help_text='what the team should know about the document')),
                    ('manifest', models.JSONField(default=dict)),
                    ('manifest_sha256', models.CharField(blank=True, max_length=64)),
                    ('sha256', models.CharField(blank=True, max_length=64)),
                    ('size', models.PositiveBigIntegerField(default=0, help_text='bytes')),
                    ('made_at', models.DateTimeField(null=True)),
                    ('delivery', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='bundle', to='petition.delivery')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'ready'), _negated=True), models.Q(models.Q(('sha256', ''), _negated=True), models.Q(('manifest_sha256', ''), _negated=True), ('made_at__isnull', False)), _connector='OR'), name='bundle_ready_is_whole')],
                },
            ),
            migrations.CreateModel(
                name='Amendment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('event', models.BigIntegerField(help_text='the event of the signature that it reports')),
                    ('position', models.PositiveIntegerField(help_text='number in the delivered list, from 1')),
                    ('kind', models.CharField(choices=[('withdrawn', 'withdrawn by the signatory'), ('removed', 'taken off by the organiser'), ('restored', 'put back by the organiser')], max_length=10)),
                    ('at', models.DateTimeField()),
                    ('sent_at', models.DateTimeField(null=True)),
                    ('sent_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('delivery', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='petition.delivery')),
                ],
                options={
                    'ordering': ['at', 'pk'],
                    'constraints': [models.UniqueConstraint(fields=('delivery', 'event'), name='amendment_once_an_event')],
                },
            ),
            migrations.CreateModel(
                name='DeliveryPart',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveIntegerField()),
                    ('lines', models.TextField(help_text='one JSON object a line, exactly as in the bundle')),
                    ('signatures', models.JSONField(help_text='for each line the signature, and its last event when it was frozen')),
                    ('delivery', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='petition.delivery')),
                ],
                options={
                    'ordering': ['number'],
                    'constraints': [models.UniqueConstraint(fields=('delivery', 'number'), name='delivery_part_once')],
                },
            ),
            migrations.CreateModel(
                name='Membership',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('role', models.CharField(choices=[('owner', 'Owner'), ('editor', 'Editor'), ('vetter', 'Vetter'), ('exporter', 'Exporter'), ('observer', 'Observer')], max_length=10)),
                    ('since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('letter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='petition.letter')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('letter', 'user'), name='membership_once')],
                },
            ),
            migrations.CreateModel(
                name='Milestone',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveIntegerField()),
                    ('reached_at', models.DateTimeField(blank=True, null=True)),
                    ('letter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='milestones', to='petition.letter')),
                ],
                options={
                    'ordering': ['number'],
                    'constraints': [models.UniqueConstraint(fields=('letter', 'number'), name='milestone_once')],
                },
            ),
            migrations.CreateModel(
                name='Reply',
                fields=[
                    ('id', models.UUIDField(default=petition.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('author', models.CharField(max_length=200)),
                    ('text', models.TextField(max_length=20000)),
                    ('received_on', models.DateField()),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('hidden_at', models.DateTimeField(null=True)),
                    ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='petition.delivery')),
                    ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('hidden_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('link', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='petition.addresseelink')),
                ],
                options={
                    'verbose_name_plural': 'replies',
                    'ordering': ['received_on', 'at'],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('entered_by__isnull', True), ('link__isnull', False)), models.Q(('entered_by__isnull', False), ('link__isnull', True)), _connector='OR'), name='reply_came_one_way')],
                },
            ),
            migrations.CreateModel(
                name='Tally',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('hour', models.DateTimeField()),
                    ('as_of', models.DateTimeField()),
                    ('figures', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                    ('letter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tallies', to='petition.letter')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('letter', 'hour'), name='tally_once_an_hour')],
                },
            ),
            migrations.CreateModel(
                name='Update',
                fields=[
                    ('id', models.UUIDField(default=petition.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('title', models.CharField(max_length=200)),
                    ('body', models.TextField(help_text='Markdown', max_length=20000)),
                    ('html', models.TextField(blank=True)),
                    ('edited_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('published_at', models.DateTimeField(null=True)),
                    ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='updates', to='petition.letter')),
                ],
                options={
                    'ordering': ['-published_at', '-id'],
                    'indexes': [models.Index(fields=['letter', '-published_at'], name='update_newest')],
                },
            ),
        ),
        protect(
            "petition_version",
            when="OLD.published_at IS NOT NULL",
            message="a published version is never changed or deleted",
        ),
        protect("petition_letterevent", message="history is never changed or deleted"),
        protect("petition_delivery", message="what was delivered is never changed or deleted"),
        protect("petition_deliverypart", message="what was delivered is never changed or deleted"),
        protect(
            "petition_bundle",
            when="OLD.state = 'ready'",
            message="a bundle that was made is never changed or deleted",
        ),
    ]
