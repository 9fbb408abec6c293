// Shows openapi.json: every operation with its fields, examples and errors. Texts are set as texts, never as HTML.

const element = (name, text = "", ...children) => {
  const made = document.createElement(name);
  made.textContent = text;
  made.append(...children);
  return made;
};

const resolve = (spec, schema) =>
  schema?.$ref ? schema.$ref.split("/").slice(1).reduce((value, key) => value[key], spec) : schema;

const typeOf = (spec, schema) => {
  const options = schema.anyOf || schema.oneOf;
  if (options) return [...new Set(options.map((one) => typeOf(spec, one)))].join(" or ");
  if (schema.$ref) return typeOf(spec, resolve(spec, schema));
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  if (schema.type === "array") return `list of ${schema.items ? typeOf(spec, schema.items) : "anything"}`;
  return schema.type || "anything";
};

const fields = (spec, schema) => {
  const object = resolve(spec, schema);
  const rows = Object.entries(object?.properties || {}).map(([name, field]) =>
    element("tr", "", element("td", "", element("code", name)), element("td", typeOf(spec, field)),
      element("td", field.description || "")));
  if (!rows.length) return [];
  const head = element("tr", "", element("th", "Key"), element("th", "Type"), element("th", "Meaning"));
  return [element("table", "", element("thead", "", head), element("tbody", "", ...rows))];
};

const content = (spec, heading, media) => {
  const json = media?.["application/json"];
  if (!json) return [];
  const example = json.example === undefined ? [] : [element("pre", JSON.stringify(json.example, null, 2))];
  return [element("h3", heading), ...fields(spec, json.schema), ...example];
};

const operation = (spec, path, method, details) => {
  const summary = element("summary", "", element("b", `${method.toUpperCase()} `), document.createTextNode(path));
  const errors = Object.entries(details.responses).filter(([status]) => Number(status) >= 300).map(([status, answer]) =>
    element("tr", "", element("td", status), element("td", answer.description)));
  return element("details", "", summary, element("p", details.description || details.summary || ""),
    ...content(spec, "Request", details.requestBody?.content), ...content(spec, "Answer", details.responses["200"]?.content),
    ...(errors.length ? [element("h3", "Errors"), element("table", "", element("tbody", "", ...errors))] : []));
};

const load = async (key) => {
  const answer = await fetch("/openapi.json", { headers: key ? { Authorization: `Bearer ${key}` } : {} });
  const form = document.getElementById("key");
  const about = document.getElementById("about");
  form.hidden = answer.status !== 401;
  if (!answer.ok) {
    about.textContent = key || answer.status !== 401 ? `The service answered ${answer.status}.` : "This service asks for a key.";
    return;
  }
  const spec = await answer.json();
  about.textContent = spec.info.description;
  const operations = Object.entries(spec.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, details]) => operation(spec, path, method, details)));
  document.getElementById("operations").replaceChildren(...operations);
};

document.getElementById("key").addEventListener("submit", (event) => {
  event.preventDefault();
  load(document.getElementById("secret").value);
});
load();
