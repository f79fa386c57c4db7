// tools/overlap/output_file.cpp
#include "output_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "get_errors.hpp"

namespace overlap::get {

namespace {

[[noreturn]] void refuse_folder(int code, std::string_view doing, std::string_view path) {
  throw usage_error(os_error(code, doing, path, "choose another folder with -d").message());
}

}  // namespace

output_folder::output_folder(std::string path) : path_(std::move(path)) {
  std::error_code failure;
  std::filesystem::create_directories(path_, failure);
  if (failure) refuse_folder(failure.value(), "create the folder", path_);
  fd_ = serve::owned_fd(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd_.get() < 0) refuse_folder(errno, "open the folder", path_);
  // With AT_EACCESS, so that it is asked for the user whose rights count.
  if (::faccessat(fd_.get(), ".", W_OK | X_OK, AT_EACCESS) != 0)
    refuse_folder(errno, "write into the folder", path_);
}

std::string output_folder::path_of(std::string_view name) const {
  if (path_ == "." || name.starts_with('/')) return std::string(name);
  return path_ + (path_.ends_with('/') ? "" : "/") + std::string(name);
}

output_folder::entry output_folder::look_up(const std::string& name) const {
  struct stat status = {};
  if (::fstatat(fd_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) throw usage_error(os_error(errno, "look for", path_of(name)).message());
    // The file may be missing, but not its folder.
    const std::size_t slash = name.rfind('/');
    if (slash != std::string::npos && slash > 0 &&
        ::faccessat(fd_.get(), name.substr(0, slash).c_str(), W_OK | X_OK, AT_EACCESS) != 0)
      refuse_folder(errno, "write into the folder", path_of(name.substr(0, slash)));
    return entry::absent;
  }
  return S_ISREG(status.st_mode) || S_ISLNK(status.st_mode) ? entry::file : entry::other;
}

output_file::output_file(const output_folder& folder, std::string name)
    : folder_(folder), name_(std::move(name)), part_(name_ + std::string(part_suffix)) {
  while (!open_and_lock()) {
  }
  is_part_ours_ = true;
  if (::ftruncate(fd_.get(), 0) != 0) {
    const int code = errno;
    ::unlinkat(folder_.fd(), part_.c_str(), 0);
    throw os_error(code, "empty", part_path());
  }
}

// False if somebody removed or renamed the file between opening and locking it: then there is another one, or
// none, under that name.
bool output_file::open_and_lock() {
  // Never through a symbolic link, and never waiting for the reader of a pipe of that name.
  constexpr int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  fd_ = serve::owned_fd(::openat(folder_.fd(), part_.c_str(), flags, 0666));
  if (fd_.get() < 0) throw os_error(errno, "create", part_path());
  if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      throw error(part_path() +
                  " is being written by another program: wait for its end, or choose another folder");
    // A file system without locks: two programs at once are the user's care there.
    if (errno != ENOTSUP && errno != ENOSYS && errno != ENOLCK) throw os_error(errno, "lock", part_path());
  }
  struct stat opened = {}, named = {};
  if (::fstat(fd_.get(), &opened) != 0) throw os_error(errno, "look at", part_path());
  if (!S_ISREG(opened.st_mode)) throw error(part_path() + " is in the way: it is no ordinary file");
  return ::fstatat(folder_.fd(), part_.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         named.st_ino == opened.st_ino && named.st_dev == opened.st_dev;
}

output_file::~output_file() {
  if (is_part_ours_) ::unlinkat(folder_.fd(), part_.c_str(), 0);
}

void output_file::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd_.get(), bytes.data(), bytes.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      throw os_error(errno, "write", part_path());
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
    bytes_ += static_cast<std::uint64_t>(count);
  }
}

void output_file::commit(if_exists existing) {
  // Network file systems report a full disk only when a descriptor is closed. A copy is closed, so that the
  // lock stays until the file has its name.
  const int copy = ::dup(fd_.get());
  if (copy < 0 || ::close(copy) != 0) throw os_error(errno, "write", part_path());
  rename(existing);
  is_part_ours_ = false;
}

void output_file::rename(if_exists existing) {
  if (existing == if_exists::overwrite) {
    if (::renameat(folder_.fd(), part_.c_str(), folder_.fd(), name_.c_str()) != 0)
      throw os_error(errno, "rename the whole file to", folder_.path_of(name_));
    return;
  }
  if (::renameat2(folder_.fd(), part_.c_str(), folder_.fd(), name_.c_str(), RENAME_NOREPLACE) == 0) return;
  if (errno == EINVAL || errno == ENOSYS) {
    link_or_rename();
    return;
  }
  throw os_error(errno, "rename the whole file to", folder_.path_of(name_),
                 errno == EEXIST ? "it appeared meanwhile; --overwrite replaces it" : "");
}

// For file systems without RENAME_NOREPLACE: link(2) never replaces, either.
void output_file::link_or_rename() {
  if (::linkat(folder_.fd(), part_.c_str(), folder_.fd(), name_.c_str(), 0) == 0) {
    ::unlinkat(folder_.fd(), part_.c_str(), 0);
    return;
  }
  // A file system without links either (FAT): looking first is all that can be done.
  if ((errno == EPERM || errno == ENOTSUP || errno == ENOSYS) &&
      ::faccessat(folder_.fd(), name_.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT &&
      ::renameat(folder_.fd(), part_.c_str(), folder_.fd(), name_.c_str()) == 0)
    return;
  throw os_error(errno == 0 ? EEXIST : errno, "rename the whole file to", folder_.path_of(name_));
}

}  // namespace overlap::get
