"""The forms by which signers strengthen their signature. Each wants something typed or a tick."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from petition.forms import LineField
from signatories import addresses, proving
from signatories.evidence import fetching, keys
from signatories.evidence.outcome import Refused
from signatories.models import Proof, Signature


class ProofForm(forms.Form):
    """Something that a signer offers; `offered` is what `proving.offer` takes."""

    kind: Proof.Kind

    def __init__(self, signature: Signature, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signature = signature

    def refuse(self, message: str) -> None:
        """Say what is wrong beside the first field."""
        self.add_error(next(iter(self.fields)), message)

    def offered(self) -> dict[str, Any]:
        """Return kind, value and data."""
        return {"kind": self.kind, "value": self.cleaned_data["value"]}

    def clean_value(self) -> str:
        """Return the value in its one spelling."""
        try:
            return self.spell(self.cleaned_data["value"])
        except Refused as refused:
            raise ValidationError(str(refused)) from None

    def spell(self, value: str) -> str:
        """Return what was typed in its one spelling, or raise Refused."""
        raise NotImplementedError


class PageForm(ProofForm):
    """A page that links back."""

    kind = Proof.Kind.PAGE
    value = LineField(
        label=_("Your page"),
        max_length=300,
        widget=forms.TextInput(attrs={"placeholder": "https://", "inputmode": "url", "autocomplete": "url"}),
    )

    def spell(self, value: str) -> str:
        return _short(fetching.target(_with_scheme(value)).url)


class FileForm(ProofForm):
    """A site with a well-known file."""

    kind = Proof.Kind.WELL_KNOWN
    value = LineField(
        label=_("Your site"),
        max_length=300,
        widget=forms.TextInput(attrs={"placeholder": "www.example.org", "inputmode": "url"}),
    )

    def spell(self, value: str) -> str:
        there = fetching.target(_with_scheme(value))
        return f"{there.scheme}://{there.authority}"


class DomainForm(ProofForm):
    """A domain with a DNS record."""

    kind = Proof.Kind.DNS
    value = LineField(
        label=_("Your domain"),
        max_length=240,
        widget=forms.TextInput(attrs={"placeholder": "example.org", "inputmode": "url"}),
    )

    def spell(self, value: str) -> str:
        host = fetching.target(_with_scheme(value)).host
        if ":" in host or host.rpartition(".")[2].isdigit():
            raise Refused(gettext_noop("Please give a domain name, not a number."))
        return host


class KeyForm(ProofForm):
    """A signature with the signer's own key, and the account that publishes the key."""

    kind = Proof.Kind.KEY
    armored = forms.CharField(
        label=_("The signature"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5, "class": "manuscript", "spellcheck": "false"}),
        help_text=_("All lines of the file that ssh-keygen made, from BEGIN to END."),
    )
    login = LineField(
        label=_("The account that publishes your key"),
        max_length=140,
        required=False,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, signature: Signature, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"login": keys.known_login(signature)})
        super().__init__(signature, *args, **kwargs)
        host = urlsplit(settings.GITHUB_URL).hostname
        self.fields["login"].help_text = _(
            "Your name at %(host)s. Without one, the team has to recognise your key."
        ) % {"host": host}

    def clean_login(self) -> str:
        login = str(self.cleaned_data["login"]).removeprefix(settings.GITHUB_URL).strip("@/")
        login = login.removeprefix(f"{urlsplit(settings.GITHUB_URL).hostname}/")
        if login and not keys.LOGIN.fullmatch(login):
            raise ValidationError(_("This is not the name of an account."))
        return login

    def clean_armored(self) -> str:
        armored = str(self.cleaned_data["armored"])
        try:
            self._fingerprint = keys.signed_by(self.signature, armored).sha256_str()
        except Refused as refused:
            raise ValidationError(str(refused)) from None
        return armored

    def offered(self) -> dict[str, Any]:
        value = proving.key_value(self.cleaned_data["login"], self._fingerprint)
        return {"kind": self.kind, "value": value, "data": self.cleaned_data["armored"]}


class MailboxForm(forms.Form):
    """Another mailbox, at work."""

    address = LineField(
        label=_("Your address at work"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
        help_text=_("A mail with a code goes there. The address is not shown to anyone."),
    )

    def __init__(self, signature: Signature, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signature = signature

    def clean_address(self) -> str:
        address = addresses.canonical(self.cleaned_data["address"])
        if address == self.signature.address:
            raise ValidationError(_("This is the address with which you signed; it is proven already."))
        return address


class AskVouchForm(forms.Form):
    """A tick, so that no code is made by whoever presses every button."""

    want = forms.BooleanField(
        label=_("I want somebody to vouch for me"),
        error_messages={"required": _("Please tick the box if you want a code.")},
    )


class VouchCodeForm(forms.Form):
    """The code that a colleague gave."""

    vouch_code = LineField(
        label=_("Your colleague’s code"),
        max_length=20,
        error_messages={"required": _("Please type the code that your colleague gave you.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class VouchForm(VouchCodeForm):
    """The code once more, the line that is shown, and what is said about it."""

    vouch_code = LineField(max_length=20, widget=forms.HiddenInput)
    line = forms.CharField(max_length=32, required=False, widget=forms.HiddenInput)
    know = forms.BooleanField(
        label=_("I know this person, and what is printed is true"),
        error_messages={"required": _("Please tick the box if you want to vouch.")},
    )


class StopForm(forms.Form):
    """The reader of a mailbox wants no more mail."""

    sure = forms.BooleanField(
        label=_("Never write to this address again"),
        error_messages={"required": _("Please tick the box if you want no more mail.")},
    )


OFFERED: dict[str, type[ProofForm]] = {"page": PageForm, "file": FileForm, "domain": DomainForm, "key": KeyForm}


def _with_scheme(value: str) -> str:
    return value if "://" in value else f"https://{value}"


def _short(url: str) -> str:
    if len(url) > 300:
        raise Refused(gettext_noop("This address is longer than 300 characters."))
    return url
