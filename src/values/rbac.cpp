#include <iii/describe.hpp>
#include <iii/rbac.hpp>

namespace iii::inline v0 {

III_DEFINE_DESCRIBED((AuthInput, defaulted), headers, query_params, ip_address)
III_DEFINE_DESCRIBED(
    (AuthResult, defaulted),
    allowed_functions,
    forbidden_functions,
    allowed_trigger_types,
    allow_trigger_type_registration,
    allow_function_registration,
    context,
    function_registration_prefix,
    (namespaces, omit_empty)
)
III_DEFINE_DESCRIBED(
    MiddlewareFunctionInput,
    function_id,
    (payload, defaulted),
    action,
    (context, defaulted),
    (namespace_name, renamed("namespace"))
)
III_DEFINE_DESCRIBED(
    OnTriggerTypeRegistrationInput, trigger_type_id, (description, defaulted), (context, defaulted)
)
III_DEFINE_DESCRIBED(OnTriggerTypeRegistrationResult, trigger_type_id, description)
III_DEFINE_DESCRIBED(
    OnTriggerRegistrationInput,
    trigger_id,
    trigger_type,
    function_id,
    (config, defaulted),
    metadata,
    (context, defaulted),
    (namespace_name, renamed("namespace"), defaulted)
)
III_DEFINE_DESCRIBED(OnTriggerRegistrationResult, trigger_id, trigger_type, function_id, config)
III_DEFINE_DESCRIBED(
    OnFunctionRegistrationInput,
    function_id,
    description,
    metadata,
    (context, defaulted),
    (namespace_name, renamed("namespace"), defaulted)
)
III_DEFINE_DESCRIBED(OnFunctionRegistrationResult, function_id, description, metadata)

}  // namespace iii::inline v0
