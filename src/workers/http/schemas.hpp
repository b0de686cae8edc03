// What listings of trigger types show of `http` (spec: http §16). Informative: nothing is checked
// against them.
#pragma once

#include <string_view>

namespace iii::workers::http_worker {

inline constexpr std::string_view trigger_schema =
    R"({"type":"object","properties":{)"
    R"("api_path":{"type":"string","description":"Path with :parameters"},)"
    R"("http_method":{"type":"string","default":"GET",)"
    R"("enum":["GET","POST","PUT","DELETE","PATCH","HEAD","OPTIONS"]},)"
    R"("condition_function_id":{"type":["string","null"]},)"
    R"("middleware_function_ids":{"type":"array","items":{"type":"string"}},)"
    R"("timeout_ms":{"type":["integer","null"],"minimum":1},)"
    R"("validate_request":{"type":["boolean","null"],"default":false}},)"
    R"("required":["api_path"]})";

inline constexpr std::string_view call_schema =
    R"({"type":"object","properties":{)"
    R"("query_params":{"type":"object","additionalProperties":{"type":"string"}},)"
    R"("path_params":{"type":"object","additionalProperties":{"type":"string"}},)"
    R"("headers":{"type":"object","additionalProperties":{"type":"string"}},)"
    R"("path":{"type":"string"},"method":{"type":"string"},"body":{},)"
    R"("trigger":{"type":"object"},"request_body":{"type":"object"},)"
    R"("response":{"type":"object"}},)"
    R"("required":["query_params","path_params","headers","path","method"]})";

// What a function returns.
inline constexpr std::string_view response_schema =
    R"({"type":"object","properties":{)"
    R"("status_code":{"type":"integer","default":200},)"
    R"("headers":{"anyOf":[{"type":"object","additionalProperties":{"type":"string"}},)"
    R"({"type":"array","items":{"type":"string"}}]},)"
    R"("body":{}}})";

}  // namespace iii::workers::http_worker
