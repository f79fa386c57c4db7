// src/base/context_map.cpp
//
// The tree behind a context. See context_map.hpp for its shape and invariants.

#include <utility>

#include <overlap/base/detail/context_map.hpp>

namespace overlap::detail {

namespace {

constexpr unsigned bits = 4;
constexpr unsigned branches = 1U << bits;

using shared = shared_reference<shared_object>;

struct node : shared_object {
  explicit node(unsigned shift_) noexcept : shared_object(&destroy_node), shift(shift_) {}

  static void destroy_node(const shared_object* object) noexcept { delete static_cast<const node*>(object); }

  [[nodiscard]] unsigned branch_of(std::uint64_t number) const noexcept {
    return static_cast<unsigned>(number >> shift) & (branches - 1);
  }

  unsigned shift;  // how many low bits of a number the levels below take
  shared entries[branches];
};

const node* as_node(const shared& reference) noexcept { return static_cast<const node*>(reference.get()); }

bool reaches(const node& root, std::uint64_t number) noexcept { return number >> root.shift < branches; }

/// A copy of `original` in which one entry is another. `original` is null: a node with that entry alone.
shared with_entry(const node* original, unsigned shift, unsigned branch, shared entry) {
  node* copy = new node(shift);
  shared result = shared::adopt(copy);
  if (original != nullptr) {
    for (unsigned i = 0; i < branches; ++i) {
      if (i != branch) copy->entries[i] = original->entries[i];
    }
  }
  copy->entries[branch] = std::move(entry);
  return result;
}

/// The only used branch of `tree`, or `branches` if there are several.
unsigned only_branch(const node& tree) noexcept {
  unsigned found = branches;
  for (unsigned i = 0; i < branches; ++i) {
    if (!tree.entries[i]) continue;
    if (found != branches) return branches;
    found = i;
  }
  return found;
}

shared insert(const node* tree, unsigned shift, std::uint64_t number, shared value) {
  const unsigned branch = static_cast<unsigned>(number >> shift) & (branches - 1);
  if (shift == 0) return with_entry(tree, 0, branch, std::move(value));
  const node* below = tree == nullptr ? nullptr : as_node(tree->entries[branch]);
  return with_entry(tree, shift, branch, insert(below, shift - bits, number, std::move(value)));
}

/// `tree` without `number`, which is in it; null if nothing is left.
shared erase(const node& tree, std::uint64_t number) {
  const unsigned branch = tree.branch_of(number);
  shared rest;
  if (tree.shift != 0) rest = erase(*as_node(tree.entries[branch]), number);
  if (!rest && only_branch(tree) == branch) return {};
  return with_entry(&tree, tree.shift, branch, std::move(rest));
}

std::size_t count(const node& tree) noexcept {
  std::size_t total = 0;
  for (const shared& entry : tree.entries) {
    if (entry) total += tree.shift == 0 ? 1 : count(*as_node(entry));
  }
  return total;
}

bool equal(const shared& left, const shared& right, unsigned levels_below) {
  if (left.get() == right.get()) return true;
  if (!left || !right) return false;
  if (levels_below == 0) {
    const auto& value = static_cast<const context_value&>(*left);
    return value.equal(value, static_cast<const context_value&>(*right));
  }
  for (unsigned i = 0; i < branches; ++i) {
    if (!equal(as_node(left)->entries[i], as_node(right)->entries[i], levels_below - 1)) return false;
  }
  return true;
}

}  // namespace

std::size_t context_map::size() const noexcept { return empty() ? 0 : count(*as_node(root_)); }

const context_value* context_map::find(std::uint64_t number) const noexcept {
  const node* at = as_node(root_);
  if (at == nullptr || !reaches(*at, number)) return nullptr;
  while (at->shift != 0) {
    at = as_node(at->entries[at->branch_of(number)]);
    if (at == nullptr) return nullptr;
  }
  return static_cast<const context_value*>(at->entries[at->branch_of(number)].get());
}

context_map context_map::with(std::uint64_t number, shared_reference<context_value> value) const {
  shared root = root_;
  unsigned shift = empty() ? 0 : as_node(root)->shift;
  while (number >> shift >= branches) {
    shift += bits;
    if (root) root = with_entry(nullptr, shift, 0, std::move(root));
  }
  context_map result;
  result.root_ = insert(as_node(root), shift, number, shared::adopt(value.release()));
  return result;
}

context_map context_map::without(std::uint64_t number) const {
  if (find(number) == nullptr) return *this;
  context_map result;
  result.root_ = erase(*as_node(root_), number);
  while (result.root_ && as_node(result.root_)->shift != 0 && only_branch(*as_node(result.root_)) == 0) {
    shared lower = as_node(result.root_)->entries[0];
    result.root_ = std::move(lower);
  }
  return result;
}

bool operator==(const context_map& left, const context_map& right) {
  if (left.empty() || right.empty()) return left.empty() == right.empty();
  const unsigned shift = as_node(left.root_)->shift;
  return shift == as_node(right.root_)->shift && equal(left.root_, right.root_, shift / bits + 1);
}

}  // namespace overlap::detail
