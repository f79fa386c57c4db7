// tools/overlap/output_file.hpp
//
// Files that bear their final name only when they are whole.
//
// Threads: one at a time.
//
// Invariants
//   1. Until commit() succeeds, all bytes are in NAME.part; the file NAME is not touched.
//   2. The .part file is locked (flock) while this lives, so two programs never write into one.
//   3. Without commit(), the destructor removes the .part file. Only kill -9 leaves one, and the next
//      download of that name takes it over.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "serve_socket.hpp"

namespace overlap::get {

/// What ".part" files are called.
inline constexpr std::string_view part_suffix = ".part";

/// The folder that files go to.
class output_folder {
 public:
  /// Creates `path` and its parents if they are missing. Throws usage_error if that fails, or if no file can
  /// be written there.
  explicit output_folder(std::string path);

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  /// Where `name` is, for people.
  [[nodiscard]] std::string path_of(std::string_view name) const;

  enum class entry { absent, file, other };
  /// What is there under `name`. Throws usage_error if that cannot be told, as in a missing sub folder.
  [[nodiscard]] entry look_up(const std::string& name) const;

 private:
  std::string path_;
  serve::owned_fd fd_;
};

/// What happens to a file that is there already when another of its name is whole.
enum class if_exists : std::uint8_t { refuse, overwrite };

class output_file {
 public:
  /// Creates `name`.part in `folder`, which must outlive this, or takes over a forgotten one. `name` may lead
  /// into a sub folder. Throws os_error; overlap::error if another program is writing it.
  output_file(const output_folder& folder, std::string name);
  output_file(const output_file&) = delete;
  output_file& operator=(const output_file&) = delete;
  ~output_file();

  /// Appends. A plain write(2) on the loop's thread: the bytes go to the page cache, which takes
  /// microseconds; a thread for each 64 KiB would cost more. Throws os_error (ENOSPC, …).
  void write(std::string_view bytes);
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

  /// Gives the file its final name. Throws os_error: EEXIST, with if_exists::refuse, if somebody has made a
  /// file of that name meanwhile; and what the file system kept back until now.
  void commit(if_exists existing);

 private:
  [[nodiscard]] std::string part_path() const { return folder_.path_of(part_); }
  bool open_and_lock();
  void rename(if_exists existing);
  void link_or_rename();

  const output_folder& folder_;
  std::string name_;
  std::string part_;
  serve::owned_fd fd_;
  std::uint64_t bytes_ = 0;
  bool is_part_ours_ = false;
};

}  // namespace overlap::get
