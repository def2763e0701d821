/* Liveliness on top of pages that work without it: a form goes once, survives a dropped line, drafts are saved, files go in
   pieces and resume, lists are walked by keys. Nothing is kept in the browser. */
(function () {
  "use strict";
  const say = (name) => document.body.dataset[name] || "";
  const line = () => document.getElementById("line");

  function tell(words) {
    const place = line();
    if (place) { place.hidden = !words; place.textContent = words; }
  }

  /* A form is sent once, however often it is clicked. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.matches("[data-steady]")) { event.preventDefault(); steady(form, event.submitter, 1); return; }
    form.dataset.sent = "1";
    window.addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
  });

  /* A form whose words must not be lost: sent by fetch, again and again while the line is down. */
  function steady(form, button, wait) {
    form.dataset.sent = "1";
    const body = new FormData(form, button || undefined);
    fetch(form.action || location.href, { method: "POST", body, redirect: "follow", headers: { "X-Steady": "1" } })
      .then((response) => {
        delete form.dataset.sent;
        if (response.redirected && response.url.includes("/accounts/login")) { tell(say("sessionEnded")); return null; }
        tell("");
        if (response.redirected) { location.assign(response.url); return null; }
        return response.text().then((text) => replace(text));
      })
      .catch(() => {
        tell(say("lineDown"));
        setTimeout(() => steady(form, button, Math.min(wait * 2, 30)), wait * 1000);
      });
  }

  function replace(text) {
    const next = new DOMParser().parseFromString(text, "text/html");
    document.title = next.title;
    document.getElementById("main").replaceWith(next.getElementById("main"));
    begin();
  }

  /* A draft is saved while it is written. */
  function autosave(form) {
    let changed = false;
    form.addEventListener("input", () => { changed = true; });
    setInterval(() => {
      if (!changed || form.dataset.sent) { return; }
      changed = false;
      const body = new FormData(form);
      body.set("save", "1");
      fetch(form.action || location.href, { method: "POST", body, headers: { "X-Steady": "1" } })
        .then((response) => (response.ok && !response.redirected ? response.json() : Promise.reject(response)))
        .then((told) => {
          form.querySelector("[name=turn]").value = told.turn;
          form.querySelector("[data-draft-saved]").textContent = say("saved");
        })
        .catch(() => { changed = true; });
    }, Number(form.dataset.autosave) * 1000);
  }

  /* A file goes in pieces; after a dropped line it goes on where the node says. */
  async function upload(box) {
    const picker = box.querySelector("input[type=file]");
    const bar = box.querySelector("progress");
    const words = box.querySelector("[data-upload-words]");
    const token = box.querySelector("[name=csrfmiddlewaretoken]").value;
    const send = async (address, body, headers) => {
      const response = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token, ...headers } });
      if (response.status >= 500) { throw new Error("again"); }
      return response.json();
    };
    for (const file of picker.files) {
      let told = await send(box.dataset.upload, JSON.stringify({ name: file.name, size: file.size, mark: String(file.lastModified) }), { "Content-Type": "application/json" });
      let wait = 1;
      while (told.id && told.received < file.size) {
        const piece = file.slice(told.received, told.received + told.piece);
        try {
          told = await send(told.next, piece, { "Content-Type": "application/octet-stream", "X-Begin": String(told.received) });
          wait = 1; tell("");
        } catch (error) {
          tell(say("lineDown"));
          await new Promise((resolve) => setTimeout(resolve, wait * 1000));
          wait = Math.min(wait * 2, 30);
        }
        bar.hidden = false; bar.max = file.size; bar.value = told.received; words.textContent = told.words || "";
      }
      if (told.refused) { words.textContent = told.refused; bar.hidden = true; picker.value = ""; return; }
    }
    location.reload();
  }

  /* Lists: j and k walk, Enter opens, / goes to the search. Never while somebody types. */
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) { return; }
    const rows = [...document.querySelectorAll("[data-triage] a[data-row]")];
    const at = rows.indexOf(document.activeElement);
    if (event.key === "j" && rows.length) { rows[Math.min(at + 1, rows.length - 1)].focus(); event.preventDefault(); }
    if (event.key === "k" && rows.length) { rows[Math.max(at - 1, 0)].focus(); event.preventDefault(); }
    const search = document.querySelector("[data-search]");
    if (event.key === "/" && search) { search.focus(); event.preventDefault(); }
  });

  function begin() {
    const summary = document.getElementById("error-summary");
    if (summary) { summary.focus(); }
    document.querySelectorAll("form[data-autosave]").forEach(autosave);
    document.querySelectorAll("[data-upload]").forEach((box) => {
      const picker = box.querySelector("input[type=file]");
      picker.addEventListener("change", () => upload(box));
      box.querySelectorAll("[data-without-script]").forEach((part) => { part.hidden = true; });
    });
  }
  document.addEventListener("DOMContentLoaded", begin);
})();
