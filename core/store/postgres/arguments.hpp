#pragma once

#include <concepts>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace colibri::store::postgres {

/// A column of many rows, as PostgreSQL's binary form of a one-dimensional array (array_recv()):
/// bigint, boolean, text or bytea by what is added.
class Array {
 public:
  enum class Of : std::uint32_t { boolean = 16, bytea = 17, bigint = 20, text = 25 };  // pg_type
  explicit Array(Of type);

  void add(std::string_view bytes);
  void add(const std::string& bytes) { add(std::string_view(bytes)); }
  void add(bool value);
  void add(std::integral auto number) { addInteger(static_cast<std::int64_t>(number)); }
  std::string_view bytes() const noexcept { return bytes_; }

 private:
  void addInteger(std::int64_t number);
  void count();

  std::string bytes_;
  std::size_t size_ = 0;
};

/// What is bound to the parameters of one run of a statement, in PostgreSQL's binary format: whole
/// numbers as bigint, texts and bytes as they are.
///
/// [Ownership] texts and columns are borrowed until the statement is sent.
class Arguments {
 public:
  void add(std::string_view bytes);
  void add(const char* text) { add(std::string_view(text)); }
  void add(const std::string& bytes) { add(std::string_view(bytes)); }
  void add(bool value);
  void add(std::integral auto number) { addInteger(static_cast<std::int64_t>(number)); }
  void add(const Array& column) { add(column.bytes()); }

  int count() const { return static_cast<int>(values_.size()); }
  const char* const* values() const { return values_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  void addInteger(std::int64_t number);

  std::vector<const char*> values_;
  std::vector<int> lengths_, formats_;
  std::deque<std::string> numbers_;
};

}  // namespace colibri::store::postgres
