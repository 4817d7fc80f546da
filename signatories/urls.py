"""The people's addresses."""

from django.urls import path

from signatories import desk, views

app_name = "signatories"
urlpatterns = [
    path("letters/<slug:slug>/sign/", views.sign, name="sign"),
    path("letters/<slug:slug>/sent/", views.sent, name="sent"),
    path("letters/<slug:slug>/sent/again/", views.again, name="again"),
    path("letters/<slug:slug>/signatories/", views.signatories, name="signatories"),
    path("confirm/<str:token>/", views.confirm, name="confirm"),
    path("mine/<str:token>/", views.mine, name="mine"),
    path("mine/<str:token>/withdraw/", views.withdraw, name="withdraw"),
    path("mine/<str:token>/not-me/", views.disown, name="disown"),
    path("mine/<str:token>/answer/", views.answer, name="answer"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("invitation/<str:token>/decline/", views.decline_invitation, name="decline_invitation"),
    path("desk/<slug:slug>/vetting/", desk.queue, name="queue"),
    path("desk/<slug:slug>/vetting/<uuid:pk>/", desk.person, name="person"),
    path("desk/<slug:slug>/vetting/<uuid:pk>/list/", desk.list_, name="list"),
    *(
        path(f"desk/<slug:slug>/vetting/<uuid:pk>/{verb}/", desk.decide, {"verb": verb}, name=verb)
        for verb in desk.VERBS
    ),
    path("desk/<slug:slug>/founders/", desk.founders, name="founders"),
    path("desk/<slug:slug>/export/", desk.export, name="export"),
]
