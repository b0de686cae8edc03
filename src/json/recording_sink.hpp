// For tests: keeps what the scanner hands out.
#pragma once

#include "json/scan.hpp"

#include <vector>

namespace iii::json {

struct Member {
  Value key;
  Value value;
};

class RecordingSink final : public MemberSink {
 public:
  void on_member(const Value& key, const Value& value) override { members.push_back({key, value}); }

  std::vector<Member> members;
};

}  // namespace iii::json
