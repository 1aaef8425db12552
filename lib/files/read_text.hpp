#pragma once

#include <filesystem>
#include <string>

namespace lapicque::detail {

/// All of a file, as it is; of standard input, where the name is "-".
/// @throws FileError  it cannot be read, is neither a regular file nor a pipe, or begins as the binary files of numpy,
/// HDF5 and MATLAB do; standard input has been read before
std::string read_text(const std::filesystem::path& file);

/// The same, and the next read_text of that file has it again, even where the file gives its text once: standard input
/// and pipes.
std::string look_at_text(const std::filesystem::path& file);

/// What a file is called in messages: by its name, or "standard input".
std::string name_of(const std::filesystem::path& file);

}  // namespace lapicque::detail
