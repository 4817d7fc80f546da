"""The letter's addresses."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path
from django.views.decorators.http import require_safe

from petition import views
from petition.delivery import desk as delivery
from petition.delivery import pages
from petition.desk import letters as desk
from petition.desk import updates, versions
from petition.sharing import pages as sharing

app_name = "petition"
urlpatterns = [
    path("", views.index, name="index"),
    path("letters/<slug:slug>/", views.letter, name="letter"),
    path("letters/<slug:slug>/card.png", sharing.card, name="card"),
    path("letters/<slug:slug>/badge.svg", sharing.badge, name="badge"),
    path("letters/<slug:slug>/embed/", sharing.embed, name="embed"),
    path("oembed", sharing.oembed, name="oembed"),
    path("robots.txt", sharing.robots, name="robots"),
    path(
        "sitemap.xml",
        require_safe(sitemap),
        {"sitemaps": {"letters": sharing.Letters, "lists": sharing.Lists}},
        name="sitemap",
    ),
    path("letters/<slug:slug>/coalition/", views.coalition, name="coalition"),
    path("letters/<slug:slug>/updates/", views.updates, name="all_updates"),
    path("letters/<slug:slug>/updates.atom", views.updates_feed, name="updates_feed"),
    path("letters/<slug:slug>/in/<slug:language>/", views.translation, name="translation"),
    path("letters/<slug:slug>/versions/", views.versions, name="all_versions"),
    path("letters/<slug:slug>/versions/<int:number>/", views.version, name="version"),
    path("letters/<slug:slug>/delivery/", pages.delivered, name="delivered"),
    path("received/<str:token>/", pages.received_page, name="received"),
    path("received/<str:token>/acknowledge/", pages.acknowledge, name="acknowledge"),
    path("received/<str:token>/reply/", pages.reply, name="reply"),
    *(
        path(f"received/<str:token>/{what}/", pages.received_file, {"what": what}, name=f"received_{what}")
        for what in delivery.WHAT
    ),
    path("desk/", desk.letters, name="desk"),
    path("desk/new/", desk.new, name="new"),
    path("desk/preview/", desk.preview, name="preview"),
    path("desk/<slug:slug>/", desk.letter, name="desk_letter"),
    path("desk/<slug:slug>/edit/", desk.edit, name="edit"),
    path("desk/<slug:slug>/autosave/", desk.autosave, name="autosave"),
    path("desk/<slug:slug>/schedule/", desk.schedule, name="schedule"),
    path("desk/<slug:slug>/settings/", versions.adjust, name="adjust"),
    path("desk/<slug:slug>/updates/", updates.updates, name="updates"),
    path("desk/<slug:slug>/updates/<uuid:pk>/", updates.update, name="update"),
    path("desk/<slug:slug>/updates/<uuid:pk>/publish/", updates.publish, name="publish_update"),
    path("desk/<slug:slug>/updates/<uuid:pk>/discard/", updates.discard, name="discard_update"),
    path("desk/<slug:slug>/versions/", versions.overview, name="versions"),
    path("desk/<slug:slug>/versions/begin/", versions.begin, name="begin_version"),
    path("desk/<slug:slug>/versions/next/", versions.write, name="next_version"),
    path("desk/<slug:slug>/versions/publish/", versions.publish, name="publish_version"),
    path("desk/<slug:slug>/versions/discard/", versions.discard, name="discard_version"),
    path("desk/<slug:slug>/versions/translate/", versions.begin_translation, name="begin_translation"),
    path("desk/<slug:slug>/versions/<int:number>/in/<slug:language>/", versions.translate, name="translate"),
    *(path(f"desk/<slug:slug>/{verb}/", desk.step, {"verb": verb}, name=verb) for verb in desk.STEPS),
    path("desk/<slug:slug>/delivery/", delivery.delivery, name="delivery"),
    *(
        path(f"desk/<slug:slug>/delivery/{what}/", delivery.download, {"what": what}, name=f"delivery_{what}")
        for what in delivery.WHAT
    ),
    path("desk/<slug:slug>/delivery/again/", delivery.again, name="make_again"),
    path("desk/<slug:slug>/delivery/links/", delivery.make_link, name="make_link"),
    path("desk/<slug:slug>/delivery/links/<uuid:pk>/revoke/", delivery.revoke, name="revoke_link"),
    path("desk/<slug:slug>/delivery/amendments/sent/", delivery.sent, name="amendments_sent"),
    path("desk/<slug:slug>/delivery/replies/", delivery.enter_reply, name="enter_reply"),
    path("desk/<slug:slug>/delivery/replies/<uuid:pk>/hide/", delivery.hide_reply, name="hide_reply"),
    path("desk/<slug:slug>/delivery/replies/<uuid:pk>/show/", delivery.show_reply, name="show_reply"),
    path("healthz", views.healthz, name="healthz"),
]
