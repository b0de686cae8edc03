// Where in a JSON value a conversion is, and what went wrong there. A chain of Places lives on the
// stack of the conversion; the path is put together only when something fails.
#pragma once

#include <iii/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace iii::inline v0::detail {

// What one conversion shares among its places.
struct Conversion {
  std::string failure;    // "items[2].price: expected a number, found string"
  bool is_quiet = false;  // a variant tries its alternatives: nobody reads why one failed
  // Alternatives of variants that may still be tried. They can nest, and the work would double with
  // each level.
  std::size_t attempts_left = 10'000;
};

class Place {
 public:
  explicit Place(Conversion& conversion) : conversion_(&conversion) {}

  // The views and this Place outlive the new one.
  [[nodiscard]] Place member(std::string_view name) const { return {*this, name, 0}; }
  [[nodiscard]] Place element(std::size_t index) const { return {*this, {}, index}; }

  [[nodiscard]] Conversion& conversion() const { return *conversion_; }

  // Both record why the conversion failed, and are false for the caller to return.
  [[nodiscard]] bool fail(std::string_view what) const;
  // "expected a number, found string"
  [[nodiscard]] bool mismatch(std::string_view expected, const Json& found) const;

 private:
  Place(const Place& parent, std::string_view name, std::size_t index)
      : parent_(&parent), name_(name), index_(index), conversion_(parent.conversion_) {}

  void append_path(std::string& text) const;

  const Place* parent_ = nullptr;
  std::string_view name_;  // without data: an element
  std::size_t index_ = 0;
  Conversion* conversion_;
};

// How a value is called in messages: its kind, or the value itself where that is short and safe.
[[nodiscard]] std::string shown(const Json& value);

}  // namespace iii::inline v0::detail
