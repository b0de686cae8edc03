// The page that shows the document: everything it needs stands in it. Texts of the document reach
// the page as texts only, never as markup.
#include "json/scan.hpp"
#include "workers/http/openapi.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace iii::workers::http_worker {

namespace {

constexpr std::string_view before_path = R"page(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem }
details { border: 1px solid #8884; border-radius: 6px; margin: .5rem 0; padding: .4rem .8rem }
summary { cursor: pointer; font-family: ui-monospace, monospace }
summary b { display: inline-block; min-width: 4.5rem }
pre { overflow: auto; background: #8881; padding: .6rem; border-radius: 6px }
table { border-collapse: collapse } td, th { text-align: left; padding: .1rem 1rem .1rem 0 }
:root { color-scheme: light dark }
</style>
<main><p>Loading…</p></main>
<script>
const source = )page";

constexpr std::string_view after_path = R"page(;
const main = document.querySelector('main');
function add(parent, name, text) {
  const element = parent.appendChild(document.createElement(name));
  if (text !== undefined) element.textContent = text;
  return element;
}
function show_schema(parent, title, content) {
  const schema = content && content['application/json'] && content['application/json'].schema;
  if (schema === undefined) return;
  add(parent, 'h4', title);
  add(parent, 'pre', JSON.stringify(schema, null, 2));
}
function show_parameters(parent, parameters) {
  if (!parameters) return;
  const table = add(parent, 'table');
  for (const each of parameters) {
    const row = add(table, 'tr');
    add(row, 'td', each.name + (each.required ? ' (required)' : ''));
    add(row, 'td', each.in);
    add(row, 'td', each.schema.type || '');
    add(row, 'td', each.schema.description || '');
  }
}
function show_operation(parent, path, method, operation) {
  const details = add(parent, 'details');
  const summary = add(details, 'summary');
  add(summary, 'b', method.toUpperCase());
  add(summary, 'span', path);
  add(details, 'p', operation.description || '');
  add(details, 'p').append('Function ', Object.assign(document.createElement('code'),
                                                     { textContent: operation.operationId }));
  show_parameters(details, operation.parameters);
  show_schema(details, 'Request', operation.requestBody && operation.requestBody.content);
  show_schema(details, 'Response', operation.responses['200'].content);
}
function show(api) {
  main.replaceChildren();
  document.title = api.info.title;
  add(main, 'h1', api.info.title);
  add(main, 'a', source).href = source;
  const sections = new Map();
  for (const [path, item] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const tag = (operation.tags || ['other'])[0];
      if (!sections.has(tag)) sections.set(tag, []);
      sections.get(tag).push([path, method, operation]);
    }
  }
  for (const [tag, operations] of [...sections].sort((a, b) => a[0] < b[0] ? -1 : 1)) {
    add(main, 'h2', tag);
    for (const each of operations) show_operation(main, ...each);
  }
  if (Object.keys(api.components.schemas).length) add(main, 'h2', 'Schemas');
  for (const [name, schema] of Object.entries(api.components.schemas)) {
    const details = add(main, 'details');
    add(details, 'summary', name);
    add(details, 'pre', JSON.stringify(schema, null, 2));
  }
}
fetch(source)
  .then(answer => answer.ok ? answer.json() : Promise.reject(new Error(answer.status)))
  .then(show)
  .catch(problem => { main.textContent = source + ' cannot be shown: ' + problem.message; });
</script>
)page";

}  // namespace

std::string openapi_page(std::string_view document_path) {
  std::string path = json::quoted(document_path);
  // Not the end of the script, whatever the path.
  for (std::size_t at = path.find('<'); at != std::string::npos; at = path.find('<', at)) {
    path.replace(at, 1, "\\u003c");
  }
  return std::string(before_path).append(path).append(after_path);
}

}  // namespace iii::workers::http_worker
