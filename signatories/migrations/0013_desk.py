"""What the desk needs beside the rows of checking: decisions that wait, and rules that the database keeps itself."""

from django.conf import settings
from django.db import migrations, models

from signatories.migrations import _rules


class Migration(migrations.Migration):

    dependencies = [
        ('petition', '0006_delivery'),
        ('signatories', '0012_public_record'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='decision',
            name='decision_level_4_by_two',
        ),
        migrations.RemoveIndex(
            model_name='signature',
            name='signature_waiting',
        ),
        migrations.AddField(
            model_name='decision',
            name='answer_url',
            field=models.URLField(blank=True, help_text='a page that the signer named', max_length=300),
        ),
        migrations.AddField(
            model_name='signature',
            name='ready_at',
            field=models.DateTimeField(help_text='to be listed since then, and waits for publishing', null=True),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('answered_at__isnull', True), ('outcome', 'ask')), fields=['at'], name='decision_open_question'),
        ),
        migrations.AddIndex(
            model_name='signature',
            index=models.Index(condition=models.Q(('ready_at__isnull', True), ('status__in', ('confirmed', 'held'))), fields=['letter', '-risk', 'id'], name='signature_waiting'),
        ),
        migrations.AddIndex(
            model_name='signature',
            index=models.Index(condition=models.Q(('ready_at__isnull', True), ('status__in', ('confirmed', 'held'))), fields=['letter', 'id'], name='signature_oldest'),
        ),
        migrations.AddIndex(
            model_name='signature',
            index=models.Index(condition=models.Q(('ready_at__isnull', True), ('status__in', ('confirmed', 'held'))), fields=['letter', 'host'], name='signature_by_host'),
        ),
        migrations.AddIndex(
            model_name='signature',
            index=models.Index(condition=models.Q(('ready_at__isnull', True), ('status__in', ('confirmed', 'held'))), fields=['letter', 'organisation_key'], name='signature_by_organisation'),
        ),
        migrations.AddIndex(
            model_name='signature',
            index=models.Index(condition=models.Q(('ready_at__isnull', False)), fields=['letter', 'ready_at'], name='signature_ready'),
        ),
        migrations.AddIndex(
            model_name='signature',
            index=models.Index(condition=models.Q(('status__in', ('confirmed', 'held', 'asked', 'declined', 'listed', 'hidden'))), fields=['letter', 'sort_key'], name='signature_name'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('level', 4), ('outcome__in', ['list', 'ready']), ('second_vetter', None), _negated=True), name='decision_level_4_by_two'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('acquainted', True), ('outcome__in', ['list', 'ready']), ('second_vetter', None), _negated=True), name='decision_on_an_acquaintance_by_two'),
        ),
        migrations.RunPython(_rules.refuse_the_recused, _rules.admit_the_recused),
    ]
