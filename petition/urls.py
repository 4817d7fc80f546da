"""The letter's addresses."""

from django.urls import path

from petition import desk, views

app_name = "petition"
urlpatterns = [
    path("", views.index, name="index"),
    path("letters/<slug:slug>/", views.letter, name="letter"),
    path("letters/<slug:slug>/coalition/", views.coalition, name="coalition"),
    path("letters/<slug:slug>/versions/<int:number>/", views.version, name="version"),
    path("desk/", desk.letters, name="desk"),
    path("desk/new/", desk.new, name="new"),
    path("desk/preview/", desk.preview, name="preview"),
    path("desk/<slug:slug>/", desk.letter, name="desk_letter"),
    path("desk/<slug:slug>/edit/", desk.edit, name="edit"),
    path("desk/<slug:slug>/team/", desk.members, name="members"),
    path("desk/<slug:slug>/team/<int:pk>/remove/", desk.remove_member, name="remove_member"),
    *(path(f"desk/<slug:slug>/{verb}/", desk.step, {"verb": verb}, name=verb) for verb in desk.STEPS),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
