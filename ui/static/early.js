// Before the first paint: the reader's display settings, so that the page never flashes in another one.
(function () {
  "use strict";
  var root = document.documentElement;
  var defaults = { era: "both", unit: "p", size: "m", theme: "auto" };
  var saved = {};
  try { saved = JSON.parse(localStorage.getItem("rsqa.display") || "{}"); } catch (error) { saved = {}; }
  Object.keys(defaults).forEach(function (name) {
    root.dataset[name] = typeof saved[name] === "string" ? saved[name] : defaults[name];
  });
}());
