// Lets the browser do the work that a form under pressure asks for. Without it a person waits a minute instead.
const place = document.querySelector(".proof[data-challenge]");
if (place && globalThis.crypto?.subtle && globalThis.$altcha) {
  const { challenge, worker, label, verifying, verified, error } = place.dataset;
  const words = { label, verifying, verified, error, waitAlert: verifying };
  $altcha.i18n.set("en", { ...$altcha.i18n.get("en"), ...words });
  $altcha.algorithms.set("PBKDF2/SHA-256", () => new Worker(worker));
  const button = place.closest("form").querySelector("button[type=submit]");
  const widget = document.createElement("altcha-widget");
  const settings = { humanInteractionSignature: false, hideFooter: true, hideLogo: true, minDuration: 0, auto: "onload" };
  widget.setAttribute("language", "en");
  widget.setAttribute("challenge", challenge);
  widget.setAttribute("configuration", JSON.stringify(settings));
  widget.addEventListener("statechange", ({ detail }) => {
    button.disabled = detail.state === "verifying";
  });
  place.append(widget);
  for (const words of document.querySelectorAll(".without-scripts")) words.hidden = true;
} else if (place) {
  place.textContent = place.dataset.error;
}
