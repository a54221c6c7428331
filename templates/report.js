// Adds a theme switch and copy buttons, and opens every fold for print. The page is complete without it.
(function () {
  "use strict";
  var root = document.documentElement;
  var KEY = "readiness-theme";

  // Storage is refused in sandboxed frames, as artefact viewers use them.
  function remembered() {
    try { return localStorage.getItem(KEY); } catch (refused) { return null; }
  }
  function remember(theme) {
    try { localStorage.setItem(KEY, theme); } catch (refused) { return; }
  }
  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  var stored = remembered();
  if (stored === "dark" || stored === "light") { root.dataset.theme = stored; }

  function addThemeSwitch() {
    var button = document.getElementById("theme");
    button.hidden = false;
    function show() { button.textContent = isDark() ? "Light theme" : "Dark theme"; }
    button.addEventListener("click", function () {
      root.dataset.theme = isDark() ? "light" : "dark";
      remember(root.dataset.theme);
      show();
    });
    show();
  }

  function copy(text, button) {
    function say(word) {
      button.textContent = word;
      document.getElementById("said").textContent = word;
      setTimeout(function () { button.textContent = "Copy"; }, 2000);
    }
    if (!navigator.clipboard) { say("Not possible here"); return; }
    navigator.clipboard.writeText(text).then(function () { say("Copied"); }, function () { say("Not possible here"); });
  }

  function addCopyButtons() {
    document.querySelectorAll("code.copyable").forEach(function (code) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      button.setAttribute("aria-label", "Copy " + code.textContent);
      button.addEventListener("click", function () { copy(code.textContent, button); });
      code.after(button);
    });
  }

  // A link into a fold must show its target.
  function openTarget() {
    var target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    for (var at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") { at.open = true; }
    }
    if (target) { target.scrollIntoView(); }
  }

  var opened = [];
  addEventListener("beforeprint", function () {
    opened = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    opened.forEach(function (fold) { fold.open = true; });
  });
  addEventListener("afterprint", function () {
    opened.forEach(function (fold) { fold.open = false; });
  });
  addEventListener("hashchange", openTarget);
  addEventListener("DOMContentLoaded", function () {
    addThemeSwitch();
    addCopyButtons();
    openTarget();
  });
})();
