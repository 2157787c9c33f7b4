// What works without this file, too, works a little sooner with it: choices of a filter, and the preview of a feed.
"use strict";

for (const list of document.querySelectorAll("form.filter select")) {
  list.addEventListener("change", () => list.form.requestSubmit());
}

for (const form of document.querySelectorAll("form[data-preview]")) {
  let waiting;
  const show = async () => {
    const answer = await fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const place = document.getElementById("preview");
    if (!answer.ok || !place) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const made = page.getElementById("preview");
    if (made) place.replaceChildren(...made.childNodes);
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 400);
  });
}
