"""The people's addresses."""

from django.urls import path

from signatories.desk import exports, founders, organisations, vetting
from signatories.views import invited, own, reading, signing, suggesting

app_name = "signatories"
urlpatterns = [
    path("letters/<slug:slug>/sign/", signing.sign, name="sign"),
    path("letters/<slug:slug>/sent/", signing.sent, name="sent"),
    path("letters/<slug:slug>/sent/again/", signing.again, name="again"),
    path("letters/<slug:slug>/signatories/", reading.signatories, name="signatories"),
    path("organisations/", suggesting.suggest, name="organisations"),
    path("confirm/<str:token>/", signing.confirm, name="confirm"),
    path("mine/<str:token>/", own.mine, name="mine"),
    path("mine/<str:token>/withdraw/", own.withdraw, name="withdraw"),
    path("mine/<str:token>/not-me/", own.disown, name="disown"),
    path("mine/<str:token>/answer/", own.answer, name="answer"),
    path("invitation/<str:token>/", invited.invitation, name="invitation"),
    path("invitation/<str:token>/decline/", invited.decline_invitation, name="decline_invitation"),
    path("desk/<slug:slug>/vetting/", vetting.queue, name="queue"),
    path("desk/<slug:slug>/vetting/<uuid:pk>/", vetting.person, name="person"),
    path("desk/<slug:slug>/vetting/<uuid:pk>/list/", vetting.list_, name="list"),
    *(
        path(f"desk/<slug:slug>/vetting/<uuid:pk>/{verb}/", vetting.decide, {"verb": verb}, name=verb)
        for verb in vetting.VERBS
    ),
    path("desk/<slug:slug>/founders/", founders.founders, name="founders"),
    path("desk/<slug:slug>/organisations/", organisations.look_up, name="desk_organisations"),
    path("desk/<slug:slug>/organisations/add/", organisations.add, name="add_organisation"),
    path("desk/<slug:slug>/organisations/add-host/", organisations.add_host, name="add_host"),
    path("desk/<slug:slug>/organisations/<int:pk>/remove/", organisations.remove_host, name="remove_host"),
    path("desk/<slug:slug>/export/", exports.export, name="export"),
]
