#include <iii/describe.hpp>
#include <iii/state.hpp>
#include <iii/stream.hpp>

namespace iii::inline v0 {

III_DEFINE_DESCRIBED(StateGetInput, scope, key)
III_DEFINE_DESCRIBED(StateSetInput, scope, key, (value, alias("data")))
III_DEFINE_DESCRIBED(StateDeleteInput, scope, key)
III_DEFINE_DESCRIBED(StateUpdateInput, scope, key, ops)
III_DEFINE_DESCRIBED(StateListInput, scope)
III_DEFINE_DESCRIBED(StateListGroupsInput)
III_DEFINE_DESCRIBED(StateListGroupsResult, groups)

III_DEFINE_DESCRIBED(StreamGetInput, stream_name, group_id, item_id)
III_DEFINE_DESCRIBED(StreamSetInput, stream_name, group_id, item_id, data)
III_DEFINE_DESCRIBED(StreamDeleteInput, stream_name, group_id, item_id)
III_DEFINE_DESCRIBED(StreamUpdateInput, stream_name, group_id, item_id, ops)
III_DEFINE_DESCRIBED(StreamListInput, stream_name, group_id)
III_DEFINE_DESCRIBED(StreamListGroupsInput, stream_name)
III_DEFINE_DESCRIBED(StreamListAllInput)
III_DEFINE_DESCRIBED(StreamSummary, id, groups)
III_DEFINE_DESCRIBED(StreamListAllResult, stream, count)
III_DEFINE_DESCRIBED(StreamSendInput, stream_name, group_id, type, data, id)
III_DEFINE_DESCRIBED((StreamAuthInput, defaulted), headers, path, query_params, addr)
III_DEFINE_DESCRIBED(StreamAuthResult, context)
III_DEFINE_DESCRIBED((StreamJoinResult, defaulted), unauthorized)

}  // namespace iii::inline v0
