"use strict";
(function () {
  function fold(text) {
    return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d").replace(/[^0-9a-z+]+/g, " ");
  }
  var by = function (id) { return document.getElementById(id); };
  var short = JSON.parse(by("words").getAttribute("data-short"));
  function whole(text) {
    // "pk", "ttyt", "q3" written out, in what is typed as in what stands there; one letter at the end is a word begun.
    var words = fold(text).replace(/(^| )([qp])(\d+)(?= |$)/g, "$1$2 $3").split(" ").filter(Boolean);
    return words.map(function (word, at) {
      var known = Object.prototype.hasOwnProperty.call(short, word) && (word.length > 1 || at < words.length - 1);
      return known ? short[word] : word;
    }).join(" ");
  }
  var sections = Array.prototype.map.call(document.querySelectorAll("main section"), function (section) {
    var name = fold(section.querySelector("h2").textContent);
    var rows = Array.prototype.map.call(section.querySelectorAll("article"), function (row) {
      var needs = " " + row.getAttribute("data-n") + " ";
      return { row: row, said: " " + whole(row.textContent) + " " + name + " ", needs: needs };
    });
    return { section: section, province: section.getAttribute("data-p"), rows: rows };
  });
  var places = " " + Array.prototype.map.call(document.querySelectorAll(".p"), function (place) {
    return whole(place.textContent);
  }).join(" | ") + " ";
  function show() {
    // Whole words; the last one may still be on its way. Two that stand so in the name of a place are that name: "cầu
    // giấy" is not "câu lạc bộ" with "giấy tờ".
    var words = whole(by("words").value).split(" ").filter(Boolean).map(function (word, at, all) {
      return " " + word + (at < all.length - 1 ? " " : "");
    });
    words = words.map(function (word, at, all) {
      var both = at ? all[at - 1].slice(0, -1) + word : word;
      return at && places.indexOf(both) >= 0 ? both : word;
    });
    var province = by("province").value, need = by("need").value, count = 0;
    sections.forEach(function (one) {
      var inside = 0;
      one.rows.forEach(function (entry) {
        var fits = (!province || one.province === province) && (!need || entry.needs.indexOf(" " + need + " ") >= 0) &&
          words.every(function (word) { return entry.said.indexOf(word) >= 0; });
        entry.row.hidden = !fits;
        inside += fits ? 1 : 0;
      });
      one.section.hidden = !inside;
      count += inside;
    });
    by("count").querySelector("span").textContent = String(count);
    by("none").hidden = count > 0;
  }
  by("words").addEventListener("input", show);
  by("province").addEventListener("change", show);
  by("need").addEventListener("change", show);
  by("leave").addEventListener("click", function () {
    document.title = "";
    document.body.textContent = "";
    location.replace("about:blank");
  });
  var over = new Date() > new Date(by("until").getAttribute("data-until") + "T23:59:59+07:00");
  by("over").hidden = !over;
  by("find").hidden = false;
  show();
})();
