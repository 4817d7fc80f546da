"""The admin pages of the people: to look only; decisions are made on the desk."""

from django.contrib import admin

from petition.admin import ReadOnly
from signatories.models import Decision, Export, Invitation, Mail, Signatory, Signature, SignatureEvent


@admin.register(Signature)
class SignatureAdmin(ReadOnly):
    list_display = ("id", "letter", "name", "status", "level", "created_at")
    list_filter = ("status", "level")
    show_full_result_count = False


@admin.register(SignatureEvent)
class SignatureEventAdmin(ReadOnly):
    list_display = ("signature_id", "was", "now", "actor", "reason", "at")


@admin.register(Decision)
class DecisionAdmin(ReadOnly):
    list_display = ("signature_id", "outcome", "level", "reason", "vetter", "second_vetter", "at")


@admin.register(Mail)
class MailAdmin(ReadOnly):
    list_display = ("id", "kind", "state", "attempts", "times_sent", "problem", "send_after", "sent_at")
    list_filter = ("state", "kind")


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    list_display = ("letter", "position", "name", "expires_at", "declined_at")


@admin.register(Export)
class ExportAdmin(ReadOnly):
    list_display = ("letter", "actor", "audience", "format", "signatures", "at")


admin.site.register(Signatory, ReadOnly)
