"""The admin pages: to look, and to mend what no page of the desk mends. Texts and histories stay read-only."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import admin
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from petition.models import Delivery, Letter, LetterEvent, Membership, Milestone, Reply, Tally, User, Version


class Page(admin.ModelAdmin):  # type: ignore[type-arg]
    """The pages of one kind of rows."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Look a row up; a field without a name, for which Django 5.2 answers 500, is the key."""
        return super().get_object(request, object_id, from_field or None)


class ReadOnly(Page):
    """Rows that are written by verbs only."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Letter)
class LetterAdmin(ReadOnly):
    list_display = ("title", "slug", "status", "opened_at")


@admin.register(Version)
class VersionAdmin(ReadOnly):
    list_display = ("letter", "number", "reason", "published_at", "sha256")


@admin.register(LetterEvent)
class LetterEventAdmin(ReadOnly):
    list_display = ("letter", "was", "now", "actor", "reason", "at")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    list_display = ("letter", "as_of", "signatories", "list_sha256")


@admin.register(Reply)
class ReplyAdmin(ReadOnly):
    list_display = ("delivery", "author", "received_on", "hidden_at")


@admin.register(Tally)
class TallyAdmin(ReadOnly):
    list_display = ("letter", "as_of")


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    """An account, with an address that is nobody else's."""

    def clean_email(self) -> str:
        """Write it as the log-in looks for it, and refuse one that another account has proven."""
        email: str = self.cleaned_data["email"].lower()
        owner = User.objects.known_by(email)
        if owner is not None and owner != self.instance:
            raise ValidationError(get_adapter().error_messages["email_taken"])
        return email


@admin.register(User)
class UserAdmin(Page):
    form = UserForm
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    fields = ("email", "name", "is_active", "is_staff", "is_superuser")
    search_fields = ("email", "name")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Let a new address be the only one that logs in, in the transaction of the page."""
        if obj.email == form.initial.get("email"):
            super().save_model(request, obj, form, change)
            return
        obj.move_to(obj.email)
        if obj == request.user:
            update_session_auth_hash(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # what an account has done stays signed; it is made inactive instead


@admin.register(Membership)
class MembershipAdmin(ReadOnly):
    list_display = ("letter", "user", "role", "since")


admin.site.register(Milestone, ReadOnly)
