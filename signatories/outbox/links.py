"""The addresses in a mail, each made when its text asks for it."""

from django.conf import settings
from django.urls import reverse

from signatories import tokens
from signatories.models import Mail

OF_THE_LETTER = {"letter": "petition:letter", "all_updates": "petition:all_updates", "sign": "signatories:sign"}
PURPOSES: dict[str, tokens.Purpose] = {
    "confirm": "confirm",
    "invitation": "invitation",
    "mine": "mine",
    "reach": "reach",
    "stop": "stop",
    "unsubscribe": "news",
}
OF_THE_MAIL = {"confirm", "reach", "stop"}  # the others open the signature, whichever mail they stood in


class Links(dict[str, str]):
    """What `links.confirm` and the like mean in the text of a mail."""

    def __init__(self, mail: Mail, proving: Mail) -> None:
        """Begin with none.

        Args:
            mail: the one that is written.
            proving: the one whose code it carries.
        """
        super().__init__()
        self.mail, self.proving = mail, proving

    def __missing__(self, name: str) -> str:
        """Make one.

        Raises:
            KeyError: there is no such address in a mail of this kind.
        """
        self[name] = settings.SITE_URL + self._path(name)
        return self[name]

    def _path(self, name: str) -> str:
        about, news = self.mail.signature or self.mail.invitation, self.mail.announcement
        assert about is not None
        if self.mail.kind == Mail.Kind.MAILBOX and name != "stop":
            raise KeyError(name)  # its reader may be a stranger, so no link of it leads to the signature
        if name in OF_THE_LETTER:
            return reverse(OF_THE_LETTER[name], args=[about.letter.slug])
        if name == "version" and news and news.version:
            return reverse("petition:version", args=[about.letter.slug, news.version.number])
        opened = self.proving if name == "invitation" else self.mail if name in OF_THE_MAIL else about
        return reverse(f"signatories:{name}", args=[tokens.make(PURPOSES[name], opened.pk)])
