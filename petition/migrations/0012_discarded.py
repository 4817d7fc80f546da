"""A draft can be discarded, and taken back."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('petition', '0001_squashed_0011'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='letter',
            name='letter_status_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='letter',
            name='letter_public_has_opened',
        ),
        migrations.AlterField(
            model_name='letter',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('discarded', 'Discarded'), ('founding', 'With its founders'), ('open', 'Open for signatures'), ('paused', 'Paused'), ('closed', 'Closed'), ('delivered', 'Delivered')], default='draft', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'discarded', 'founding', 'open', 'paused', 'closed', 'delivered'])), name='letter_status_is_known'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'discarded', 'founding']), ('opened_at__isnull', False), _connector='OR'), name='letter_public_has_opened'),
        ),
    ]
