// From what was filled in to one assignment a photo. No page is touched here.

const PLACE = ["patient", "visit", "site"];

/**
 * `fields`: patient, visit, site, view, modality as text, "" for what stays as it is. `dates`: null, or a
 * Map from token to the ISO date that is the photo's visit.
 *
 * Returns {changes: [{photo, value}], missing}: `missing` is a sentence where something is not known yet.
 * A photo whose view was not given keeps its own, or takes the next that is free.
 */
export function planned(photos, all, fields, dates) {
  const wanted = photos.map((photo) => ({ photo, value: valueOf(photo, fields, dates) }));
  for (const name of PLACE) {
    const without = wanted.filter(({ value }) => !value[name]);
    if (without.length) return { changes: [], missing: missing(name, without, dates) };
  }
  const moving = new Set(photos.map((photo) => photo.token));
  const taken = new Set(
    all.filter((photo) => photo.state === "read" || photo.state === "failed")
      .filter((photo) => !moving.has(photo.token))
      .map((photo) => claim(photo, photo.view)),
  );
  for (const { value } of wanted) {
    if (!fields.view) while (taken.has(claim(value, value.view))) value.view += 1;
    taken.add(claim(value, value.view));
  }
  return { changes: wanted.filter(({ photo, value }) => differs(photo, value)), missing: "" };
}

function valueOf(photo, fields, dates) {
  return {
    patient: fields.patient || photo.patient,
    visit: dates ? dates.get(photo.token) : fields.visit || photo.visit,
    site: fields.site || photo.site,
    view: Number(fields.view) || photo.view || 1,
    modality: fields.modality || photo.modality,
  };
}

function missing(name, without, dates) {
  const [{ photo }] = without;
  const more = without.length > 1 ? ` and ${without.length - 1} more` : "";
  if (name === "visit" && dates)
    return `The camera told no date for ${photo.photo}${more}; give their visit.`;
  return `The ${name} of ${photo.photo}${more} is not known yet; fill it in.`;
}

function claim(place, view) {
  return JSON.stringify([place.patient, place.visit, place.site, view]);
}

function differs(photo, value) {
  if (photo.state === "unplaced" || photo.state === "excluded") return true;
  return Object.entries(value).some(([name, given]) => photo[name] !== given);
}
