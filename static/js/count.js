// The language of the page, with Western digits as the server prints them. Made when there is something to say: the
// first of them takes a slow phone longer than everything else here, and would keep it from showing the letter.
const spoken = document.documentElement.lang;
const days = { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "UTC", timeZoneName: "short", hour12: false };
const number = (n) => new Intl.NumberFormat(`${spoken}-u-nu-latn`).format(n);
const moment = (at) => new Intl.DateTimeFormat(`${spoken}-u-nu-latn`, days).format(new Date(at));
// Asks for the numbers every 20 seconds while the page is seen; the answer is 304 as long as nothing changed.
for (const shown of document.querySelectorAll("[data-count]")) {
  const ask = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(shown.dataset.count, { cache: "no-cache" });
      if (!answer.ok) return;
      const counted = await answer.json();
      for (const figure of shown.querySelectorAll("[data-figure]")) {
        const text = number(counted[figure.dataset.figure]);
        if (figure.textContent !== text) figure.textContent = text;
      }
      const time = shown.querySelector("time");
      // The answer has the time in English words; any other language says it as the browser does.
      const said = spoken === "en" ? counted.shown : moment(counted.as_of);
      if (time && counted.shown && time.dateTime !== counted.as_of) [time.dateTime, time.textContent] = [counted.as_of, said];
    } catch {
      // Away for a moment: the next time will do.
    }
  };
  setInterval(ask, 20_000);
  document.addEventListener("visibilitychange", ask);
}
