// What a client has registered, in the order in which it was registered last: the tables that are
// replayed on every connection (spec: sdk §4.8). One thread.
#pragma once

#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace iii::sdk {

template <class T>
class Registry {
 public:
  struct Entry {
    std::string id;
    T value;
  };

  // Replaces what has the id, and moves it to the end.
  T& put(std::string id, T value) {
    erase(id);
    entries_.push_back({std::move(id), std::move(value)});
    const auto last = std::prev(entries_.end());
    places_.emplace(last->id, last);
    return last->value;
  }

  bool erase(std::string_view id) {
    const auto place = places_.find(id);
    if (place == places_.end()) {
      return false;
    }
    const auto entry = place->second;
    places_.erase(place);  // its key lies in the entry
    entries_.erase(entry);
    return true;
  }

  [[nodiscard]] const T* find(std::string_view id) const {
    const auto place = places_.find(id);
    return place == places_.end() ? nullptr : &place->second->value;
  }

  [[nodiscard]] const std::list<Entry>& entries() const { return entries_; }

 private:
  std::list<Entry> entries_;
  std::unordered_map<std::string_view, typename std::list<Entry>::iterator> places_;
};

}  // namespace iii::sdk
