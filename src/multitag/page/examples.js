// Texts to try: those that the backend names, or built-in plots of films where the labels are genres of films.

const PLOTS = [
  "Two rival chefs are forced to share a food truck for a summer and slowly fall in love.",
  "A detective hunts a killer who leaves a chess piece beside every victim.",
  "Stranded on a dying space station, a young engineer must outwit the machine that runs it.",
];
const GENRES = new Set([
  "action", "adventure", "animation", "biography", "comedy", "crime", "drama", "family", "fantasy", "history",
  "horror", "music", "musical", "mystery", "romance", "sci-fi", "sport", "thriller", "war", "western",
]); // of multitag's sample

/** Return up to three texts that a model of such labels can be tried with; none rather than what it is not made for. */
export function examplesFor(model, longest) {
  const genres = model.labels.filter((label) => GENRES.has(label.toLowerCase())).length;
  const ofFilms = genres >= 3 && genres * 2 >= model.labels.length; // topics of news have a music and a sport, too
  const texts = model.examples?.length ? model.examples : ofFilms ? PLOTS : [];
  return texts.filter((text) => text.length <= longest).slice(0, 3);
}
