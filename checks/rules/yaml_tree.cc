// SPDX-License-Identifier: Apache-2.0
#include "checks/rules/yaml_tree.h"

#include <yaml.h>

#include <algorithm>
#include <map>
#include <utility>

namespace assay {

namespace {

constexpr size_t kMostLevels = 64, kMostNodes = 200'000, kMostBytes = 16 << 20;
constexpr char kTooDeep[] = "at most 64 levels";

class Reader {
 public:
  Reader(std::string file, std::string_view text) : file_(std::move(file)), text_(text) {
    if (!yaml_parser_initialize(&parser_)) return;
    initialized_ = true;
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    const char* bytes = text.empty() ? "" : text.data();
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(bytes),
                                 text.size());
  }
  ~Reader() {
    if (initialized_) yaml_parser_delete(&parser_);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Expected<YamlNode> Run() {
    if (!initialized_) return Fail(ErrorCode::kInternal, "libyaml has no memory");
    for (bool more = true; more;) more = TRY(Next());
    return std::move(root_);
  }

 private:
  struct Event : yaml_event_t {
    Event() : yaml_event_t{} {}
    ~Event() { yaml_event_delete(this); }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    int line() const { return int(start_mark.line) + 1; }
  };

  // Whether there is more to come.
  Expected<bool> Next() {
    Event event;
    if (!yaml_parser_parse(&parser_, &event))
      return Wrong(LineOfProblem(),
                   std::string("YAML: ") + (parser_.problem ? parser_.problem : "not understood"));
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        if (documents_++) return Wrong(event.line(), "one document, and no '---' in it");
        break;
      case YAML_SCALAR_EVENT:
        return Scalar(event);
      case YAML_SEQUENCE_START_EVENT:
        return Open(YamlNode::Kind::kList, event, event.data.sequence_start.anchor);
      case YAML_MAPPING_START_EVENT:
        return Open(YamlNode::Kind::kMap, event, event.data.mapping_start.anchor);
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        return Close();
      case YAML_ALIAS_EVENT:
        return Alias(event);
      default:
        break;
    }
    return event.type != YAML_STREAM_END_EVENT;
  }

  // Of bytes that are no text there is only an offset.
  int LineOfProblem() const {
    if (parser_.error != YAML_READER_ERROR) return int(parser_.problem_mark.line) + 1;
    return 1 + int(std::ranges::count(text_.substr(0, parser_.problem_offset), '\n'));
  }

  Expected<bool> Scalar(const Event& event) {
    const auto& scalar = event.data.scalar;
    YamlNode node{YamlNode::Kind::kScalar, event.line(), "", {}};
    node.scalar.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
    bool plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (plain && (node.scalar.empty() || node.scalar == "~" || node.scalar == "null"))
      node.kind = YamlNode::Kind::kNull;
    return Put(std::move(node), NameOf(scalar.anchor));
  }

  Expected<bool> Open(YamlNode::Kind kind, const Event& event, const yaml_char_t* anchor) {
    if (open_.size() == kMostLevels) return Wrong(event.line(), kTooDeep);
    open_.push_back({{kind, event.line(), "", {}}, NameOf(anchor)});
    return true;
  }

  Expected<bool> Close() {
    auto [node, anchor] = std::move(open_.back());
    open_.pop_back();
    return Put(std::move(node), anchor);
  }

  Expected<bool> Alias(const Event& event) {
    auto found = anchors_.find(NameOf(event.data.alias.anchor));
    if (found == anchors_.end()) return Wrong(event.line(), "an alias of what stands above it");
    if (open_.size() + found->second.levels > kMostLevels) return Wrong(event.line(), kTooDeep);
    YamlNode node = found->second.node;
    TRY(Count(found->second.nodes, found->second.bytes, event.line()));
    node.line = event.line();
    return Put(std::move(node), "");
  }

  Expected<bool> Put(YamlNode node, const std::string& anchor) {
    TRY(Count(1, node.scalar.size(), node.line));
    if (!anchor.empty()) TRY(Remember(node, anchor));
    (open_.empty() ? root_ : open_.back().node.items.emplace_back()) = std::move(node);
    return true;
  }

  // Aliases of aliases grow fast.
  Expected<void> Count(size_t nodes, size_t bytes, int line) {
    nodes_ += nodes;
    bytes_ += bytes;
    if (nodes_ > kMostNodes || bytes_ > kMostBytes)
      return Wrong(line, "at most 200000 values and 16 MiB, with all that is anchored and aliased");
    return {};
  }

  struct Anchored {
    YamlNode node;
    size_t nodes = 0, bytes = 0, levels = 0;

    void Measure(const YamlNode& of, size_t level) {
      nodes++;
      bytes += of.scalar.size();
      levels = std::max(levels, level);
      for (const YamlNode& item : of.items) Measure(item, level + 1);
    }
  };
  Expected<void> Remember(const YamlNode& node, const std::string& anchor) {
    Anchored one{node};
    one.Measure(node, 1);
    TRY(Count(one.nodes, one.bytes, node.line));
    anchors_[anchor] = std::move(one);
    return {};
  }

  static std::string NameOf(const yaml_char_t* anchor) {
    return anchor ? reinterpret_cast<const char*>(anchor) : "";
  }

  std::unexpected<Error> Wrong(int line, const std::string& expected) const {
    return Fail(ErrorCode::kInvalid, file_ + ":" + std::to_string(line) + ": expected " + expected);
  }

  std::string file_;
  std::string_view text_;
  yaml_parser_t parser_{};
  bool initialized_ = false;
  int documents_ = 0;
  size_t nodes_ = 0, bytes_ = 0;
  struct Begun {
    YamlNode node;
    std::string anchor;
  };
  std::vector<Begun> open_;  // from the outermost inwards
  std::map<std::string, Anchored> anchors_;
  YamlNode root_;
};

}  // namespace

Expected<YamlNode> ParseYaml(const std::string& file, std::string_view text) {
  return Reader(file, text).Run();
}

}  // namespace assay
