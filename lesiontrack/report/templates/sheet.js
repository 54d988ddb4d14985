// The contact sheet: filters, order and sheets of some fifty lesions, over all lesions of the cohort.
{
  const form = document.getElementById("filters");
  if (form) start(form);

  function start(form) {
    const list = document.getElementById("cards");
    const pager = document.getElementById("pager");
    const perSheet = Number(form.dataset.perSheet);
    const menus = [...form.querySelectorAll("[data-facet]")];
    const sort = form.querySelector("[data-sort]");
    const down = form.querySelector("[data-down]");
    const count = form.querySelector("[data-count]");
    const sheetName = pager.querySelector("[data-sheet]");
    const cards = [...list.children].map((element, order) => ({ element, order }));
    let sheet = 0;

    const matches = ({ element }) =>
      menus.every((menu) => !menu.value || element.dataset[menu.dataset.facet].split(" ").includes(menu.value));
    // A card without a value comes last in either direction: unknown is neither large nor small.
    const compare = (a, b) => {
      if (sort.value === "order") return down.checked ? b.order - a.order : a.order - b.order;
      const [x, y] = [a, b].map(({ element }) => Number.parseFloat(element.dataset[sort.value] ?? "NaN"));
      if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y) || a.order - b.order;
      return (down.checked ? y - x : x - y) || a.order - b.order;
    };
    const show = () => {
      const found = cards.filter(matches).sort(compare);
      const sheets = Math.max(1, Math.ceil(found.length / perSheet));
      sheet = Math.min(Math.max(0, sheet), sheets - 1);
      const first = sheet * perSheet;
      const here = found.slice(first, first + perSheet);
      list.replaceChildren(...here.map(({ element }) => element));
      const lesions = (number) => `${number} ${number === 1 ? "lesion" : "lesions"}`;
      count.textContent = found.length === cards.length ? lesions(cards.length) : `${found.length} of ${lesions(cards.length)}`;
      pager.hidden = sheets === 1;
      sheetName.textContent = found.length
        ? `${first + 1} to ${first + here.length} of ${found.length}, sheet ${sheet + 1} of ${sheets}`
        : "";
      for (const button of pager.querySelectorAll("button")) {
        const to = sheet + Number(button.dataset.step);
        button.disabled = to < 0 || to >= sheets;
      }
    };
    // The address keeps the choice, so that going back from a lesion's page finds it again.
    const keep = () => {
      const chosen = new URLSearchParams();
      for (const menu of menus) if (menu.value) chosen.set(menu.dataset.facet, menu.value);
      if (sort.value !== "order") chosen.set("sort", sort.value);
      if (down.checked) chosen.set("down", "1");
      if (sheet) chosen.set("sheet", String(sheet + 1));
      const text = chosen.toString();
      history.replaceState(null, "", text ? "#" + text : "#lesions");
    };
    const restore = () => {
      const chosen = new URLSearchParams(location.hash.slice(1));
      const set = (menu, value) => {
        if ([...menu.options].some((option) => option.value === value)) menu.value = value;
      };
      for (const menu of menus) set(menu, chosen.get(menu.dataset.facet) ?? "");
      set(sort, chosen.get("sort") ?? "order");
      down.checked = chosen.get("down") === "1";
      sheet = Number.parseInt(chosen.get("sheet") ?? "1", 10) - 1 || 0;
    };

    form.addEventListener("change", () => {
      sheet = 0;
      show();
      keep();
    });
    form.addEventListener("reset", () => {
      setTimeout(() => {
        sheet = 0;
        show();
        keep();
      });
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    pager.addEventListener("click", (event) => {
      const { step } = event.target.dataset;
      if (!step) return;
      sheet += Number(step);
      show();
      keep();
      list.querySelector("a")?.focus();
    });
    restore();
    show();
    form.hidden = false;
  }
}
