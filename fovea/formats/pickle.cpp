#include "fovea/formats/pickle.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>

#include "fovea/base/error.h"

namespace fovea {
namespace {

constexpr size_t kMaxNodes = 2'000'000;  // CIFAR's batches have 20,000

struct OpcodeName {
  uint8_t code;
  const char* name;
};
// Those that are not read, for messages.
constexpr OpcodeName kRefused[] = {
    {'0', "POP"},        {'1', "POP_MARK"},   {'2', "DUP"},          {'F', "FLOAT"},        {'I', "INT"},
    {'L', "LONG"},       {'P', "PERSID"},     {'Q', "BINPERSID"},    {'S', "STRING"},       {'V', "UNICODE"},
    {'d', "DICT"},       {'g', "GET"},        {'i', "INST"},         {'l', "LIST"},         {'o', "OBJ"},
    {'p', "PUT"},        {'G', "BINFLOAT"},   {0x81, "NEWOBJ"},      {0x82, "EXT1"},        {0x83, "EXT2"},
    {0x84, "EXT4"},      {0x8b, "LONG4"},     {0x8d, "BINUNICODE8"}, {0x8f, "EMPTY_SET"},   {0x90, "ADDITEMS"},
    {0x91, "FROZENSET"}, {0x92, "NEWOBJ_EX"}, {0x96, "BYTEARRAY8"},  {0x97, "NEXT_BUFFER"}, {0x98, "READONLY_BUFFER"}};

constexpr const char* kReconstruct[] = {"numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct"};
constexpr const char *kNdarray = "numpy ndarray", *kDtype = "numpy dtype";

std::string printable(std::string_view text) {
  std::string shown(text.substr(0, 60));
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < 32 || static_cast<unsigned char>(c) > 126) c = '?';
  return shown;
}

}  // namespace

class Pickle::Machine {
 public:
  Machine(Bytes bytes, Pickle& result) : bytes_(bytes), pickle_(result) {}

  void run() {
    while (step()) {
    }
    if (stack_.size() != 1) throw wrong("the program leaves {} values (expected 1)", stack_.size());
    pickle_.top_ = stack_.back();
  }

 private:
  template <class... Args>
  Error wrong(fmt::format_string<Args...> format, Args&&... args) const {
    return file_error(pickle_.where_, "not a pickle that can be read: {}",
                      fmt::format(format, std::forward<Args>(args)...));
  }

  Bytes take(uint64_t count) {
    if (count > bytes_.size() - at_) throw wrong("it ends early");
    const Bytes part = bytes_.subspan(at_, static_cast<size_t>(count));
    at_ += static_cast<size_t>(count);
    return part;
  }
  uint64_t number(size_t width) {
    uint64_t value = 0;
    const Bytes part = take(width);
    for (size_t i = 0; i < width; ++i) value |= uint64_t{part[i]} << (8 * i);
    return value;
  }
  Bytes line() {
    const auto end = std::find(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), bytes_.end(), '\n');
    if (end == bytes_.end()) throw wrong("it ends early");
    const Bytes text = take(static_cast<uint64_t>(end - bytes_.begin()) - at_);
    take(1);
    return text;
  }

  void push(Node node) {
    if (pickle_.nodes_.size() >= kMaxNodes) throw wrong("it has more than {} values", kMaxNodes);
    stack_.push_back(static_cast<Value>(pickle_.nodes_.size()));
    pickle_.nodes_.push_back(std::move(node));
  }
  void push_again(Value value) {
    if (++repeated_ > kMaxNodes) throw wrong("it has more than {} values", kMaxNodes);
    stack_.push_back(value);
  }
  void push_text(Bytes text) { push({.kind = Kind::text, .number = 0, .text = text, .items = {}}); }
  void push_integer(int64_t value, Kind kind = Kind::integer) {
    push({.kind = kind, .number = value, .text = {}, .items = {}});
  }

  Value pop() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) throw wrong("a value is missing");
    const Value value = stack_.back();
    stack_.pop_back();
    return value;
  }
  std::vector<Value> pop_to_mark() {
    if (marks_.empty()) throw wrong("a mark is missing");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<Value> values(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return values;
  }
  Node& node(Value value) { return pickle_.nodes_[value]; }
  Node& last(Kind kind, const char* name) {
    const Value value = pop();
    stack_.push_back(value);
    if (node(value).kind != kind) throw wrong("no {} where one is needed", name);
    return node(value);
  }

  void push_tuple(size_t count) {
    std::vector<Value> items(count);
    for (size_t i = count; i > 0; --i) items[i - 1] = pop();
    push({.kind = Kind::tuple, .number = 0, .text = {}, .items = std::move(items)});
  }

  void append(const std::vector<Value>& values, Kind kind, const char* name) {
    if (kind == Kind::dict && values.size() % 2 != 0) throw wrong("a key without a value");
    Node& container = last(kind, name);
    container.items.insert(container.items.end(), values.begin(), values.end());
  }

  void keep(uint64_t key) {
    const Value value = pop();
    stack_.push_back(value);
    memo_[key] = value;
  }
  void recall(uint64_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) throw wrong("it recalls what it did not keep");
    push_again(found->second);
  }

  // Names of what a pickle may speak of.
  void push_name(const std::string& name) {
    for (const char* known : {kReconstruct[0], kReconstruct[1], kNdarray, kDtype}) {
      if (name != known) continue;
      const std::string_view text = known;
      return push({.kind = Kind::name, .number = 0, .text = as_bytes(text), .items = {}});
    }
    throw wrong("it calls \"{}\", which is none of numpy's arrays", printable(name));
  }

  void reduce() {
    const Value arguments = pop(), called = pop();
    if (node(called).kind != Kind::name || node(arguments).kind != Kind::tuple) throw wrong("it calls what is no name");
    const std::string_view name = as_text(node(called).text);
    if (name == kReconstruct[0] || name == kReconstruct[1])
      return push({.kind = Kind::array, .number = 0, .text = {}, .items = {}});
    if (name != kDtype) throw wrong("it calls \"{}\"", name);
    const std::vector<Value>& items = node(arguments).items;
    if (items.empty() || node(items[0]).kind != Kind::text) throw wrong("a dtype without a name");
    push({.kind = Kind::dtype, .number = 0, .text = node(items[0]).text, .items = {}});
  }

  // What an array consists of: version, shape, dtype, Fortran order, bytes.
  void build() {
    const Value state = pop(), built = pop();
    stack_.push_back(built);
    if (node(state).kind != Kind::tuple) throw wrong("it builds something of no tuple");
    if (node(built).kind == Kind::dtype) return;
    if (node(built).kind != Kind::array) throw wrong("it builds what is no array");
    if (node(state).items.size() != 5) throw wrong("an array of {} parts (expected 5)", node(state).items.size());
    node(built).items = node(state).items;
  }

  // One opcode; false behind the last.
  bool step() {
    const auto code = static_cast<uint8_t>(number(1));
    switch (code) {
      case 0x80:  // PROTO
        if (const uint64_t version = number(1); version < 2 || version > 5)
          throw wrong("protocol {} (expected 2 to 5)", version);
        return true;
      case 0x95:  // FRAME
        number(8);
        return true;
      case '.':  // STOP
        return false;
      case 'N':
        push({});
        return true;
      case 0x88:  // NEWTRUE, NEWFALSE
      case 0x89:
        push_integer(code == 0x88, Kind::boolean);
        return true;
      case 'J':  // BININT
        push_integer(static_cast<int32_t>(number(4)));
        return true;
      case 'K':
        push_integer(static_cast<int64_t>(number(1)));
        return true;
      case 'M':
        push_integer(static_cast<int64_t>(number(2)));
        return true;
      case 0x8a: {  // LONG1
        const uint64_t width = number(1);
        if (width > 7) throw wrong("a number of {} bytes", width);
        const auto value = static_cast<int64_t>(number(width));
        const bool negative = width > 0 && (value >> (8 * width - 1)) != 0;
        push_integer(negative ? value - (int64_t{1} << (8 * width)) : value);
        return true;
      }
      case 'U':   // SHORT_BINSTRING
      case 'C':   // SHORT_BINBYTES
      case 0x8c:  // SHORT_BINUNICODE
        push_text(take(number(1)));
        return true;
      case 'T':  // BINSTRING
      case 'B':  // BINBYTES
      case 'X':  // BINUNICODE
        push_text(take(number(4)));
        return true;
      case 0x8e:  // BINBYTES8
        push_text(take(number(8)));
        return true;
      case ']':
        push({.kind = Kind::list, .number = 0, .text = {}, .items = {}});
        return true;
      case '}':
        push({.kind = Kind::dict, .number = 0, .text = {}, .items = {}});
        return true;
      case 'a':
        append({pop()}, Kind::list, "list");
        return true;
      case 'e':
        append(pop_to_mark(), Kind::list, "list");
        return true;
      case 's': {
        const Value value = pop(), key = pop();
        append({key, value}, Kind::dict, "dict");
        return true;
      }
      case 'u':
        append(pop_to_mark(), Kind::dict, "dict");
        return true;
      case '(':
        marks_.push_back(stack_.size());
        if (marks_.size() > kMaxNodes) throw wrong("it has more than {} marks", kMaxNodes);
        return true;
      case 't':
        push({.kind = Kind::tuple, .number = 0, .text = {}, .items = pop_to_mark()});
        return true;
      case ')':
      case 0x85:
      case 0x86:
      case 0x87:
        push_tuple(code == ')' ? 0 : code - 0x84u);
        return true;
      case 'q':
        keep(number(1));
        return true;
      case 'r':
        keep(number(4));
        return true;
      case 0x94:  // MEMOIZE
        keep(memo_.size());
        return true;
      case 'h':
        recall(number(1));
        return true;
      case 'j':
        recall(number(4));
        return true;
      case 'c': {  // GLOBAL
        const std::string module(as_text(line()));
        push_name(module + " " + std::string(as_text(line())));
        return true;
      }
      case 0x93: {  // STACK_GLOBAL
        const Value name = pop(), module = pop();
        if (node(name).kind != Kind::text || node(module).kind != Kind::text) throw wrong("a name that is no text");
        push_name(std::string(as_text(node(module).text)) + " " + std::string(as_text(node(name).text)));
        return true;
      }
      case 'R':
        reduce();
        return true;
      case 'b':
        build();
        return true;
      default:
        break;
    }
    for (const OpcodeName& refused : kRefused)
      if (refused.code == code) throw wrong("opcode {} is none of those that data need", refused.name);
    throw wrong("there is no opcode {}", code);
  }

  Bytes bytes_;
  Pickle& pickle_;
  size_t at_ = 0, repeated_ = 0;
  std::vector<Value> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, Value> memo_;
};

Pickle::Pickle(Bytes bytes, const std::string& where) : where_(where) { Machine(bytes, *this).run(); }

std::optional<Pickle::Value> Pickle::find(Value dict, std::string_view key) const {
  const Node& node = nodes_[dict];
  if (node.kind != Kind::dict) return std::nullopt;
  for (size_t i = 0; i + 1 < node.items.size(); i += 2)
    if (nodes_[node.items[i]].kind == Kind::text && as_text(nodes_[node.items[i]].text) == key)
      return node.items[i + 1];
  return std::nullopt;
}

std::vector<int64_t> Pickle::integers(Value list, const std::string& what) const {
  const Node& node = nodes_[list];
  if (node.kind != Kind::list && node.kind != Kind::tuple) throw file_error(where_, "{} is no list", what);
  std::vector<int64_t> values;
  for (const Value item : node.items) {
    if (nodes_[item].kind != Kind::integer) throw file_error(where_, "{} holds what is no whole number", what);
    values.push_back(nodes_[item].number);
  }
  return values;
}

Pickle::ByteArray Pickle::byte_array(Value array, const std::string& what) const {
  const Node& node = nodes_[array];
  if (node.kind != Kind::array || node.items.size() != 5) throw file_error(where_, "{} is no array", what);
  const Node &dtype = nodes_[node.items[2]], &order = nodes_[node.items[3]], &data = nodes_[node.items[4]];
  if (dtype.kind != Kind::dtype || as_text(dtype.text) != "u1" || data.kind != Kind::text)
    throw file_error(where_, "{} is no array of bytes", what);
  ByteArray result{integers(node.items[1], what + "'s shape"), order.number != 0, data.text};
  uint64_t elements = 1;
  for (const int64_t size : result.shape)
    if (size < 0 || __builtin_mul_overflow(elements, static_cast<uint64_t>(size), &elements))
      throw file_error(where_, "{} has a size that cannot be", what);
  if (elements != data.text.size())
    throw file_error(where_, "{} has not as many bytes as its shape says (got {}, expected {})", what, data.text.size(),
                     elements);
  return result;
}

}  // namespace fovea
