// A file's rows with their predictions, in the columns and by the separator of multitag predict.

const SEPARATORS = [",", ";", "|"]; // as multitag/inference/files/predict.py tries them

/** Return what joins labels in a cell: the first separator that no label contains, else a comma. */
export const separatorOf = (labels) =>
  SEPARATORS.find((mark) => !labels.some((label) => label.includes(mark))) ?? SEPARATORS[0];

/** Return the names of the columns added, none of them one of the file's. */
export function addedColumns(header, labels) {
  const free = (name) => {
    while (header.includes(name)) name += "_predicted";
    return name;
  };
  return [free("predicted_labels"), ...labels.map((label) => free(`probability_${label}`))];
}

/** Return the records of the file that is given back, the header first; a row without a prediction has empty cells. */
export function labelled(header, rows, predictions, labels) {
  const mark = separatorOf(labels);
  const join = (chosen) => (chosen.some((label) => label.includes(mark)) ? `[${chosen.map((label) => JSON.stringify(label)).join(", ")}]` : chosen.join(mark));
  const added = (prediction) => prediction
    ? [join(prediction.labels), ...labels.map((label) => prediction.probabilities[label].toFixed(6))]
    : new Array(labels.length + 1).fill("");
  return [
    [...header, ...addedColumns(header, labels)],
    ...rows.map((row, place) => [...header.map((_, column) => row[column] ?? ""), ...added(predictions[place])]),
  ];
}
