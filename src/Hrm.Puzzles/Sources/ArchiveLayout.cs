using System.IO.Compression;
using System.Text;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>The files and folders that an archive asks for, each checked before it is made.</summary>
/// <param name="origin">What errors name.</param>
/// <param name="maximumEntries">The most files and folders, those counted that only stand in the path of others.</param>
/// <param name="tooMany">Makes the exception for more.</param>
internal sealed class ArchiveLayout(string origin, int maximumEntries, Func<SourceException> tooMany)
{
    private const int MaximumNameCharacters = 512;
    private const int MaximumSegmentBytes = 255;

    // The upper half of the attributes is the mode of a Unix file, or 0 where the archive was made elsewhere.
    private const int ModeShift = 16;
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int Folder = 0x4000;

    // Some file systems take names that differ in case alone as one.
    private readonly HashSet<string> _files = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _folders = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the entry is a file, not a folder.</summary>
    /// <exception cref="SourceException">The entry is no plain file or folder below the target, stands there twice, or is one too many.</exception>
    public bool Add(ZipArchiveEntry entry)
    {
        var name = entry.FullName;
        var isFile = !name.EndsWith('/');
        ThrowIfUnsafe(name, isFile ? name : name[..^1]);
        var type = (entry.ExternalAttributes >> ModeShift) & TypeMask;
        if (entry.IsEncrypted || type is not (0 or RegularFile or Folder))
        {
            throw Fault(name, "expected a plain file or folder, got a link, a device or an encrypted file");
        }

        for (var end = name.IndexOf('/', StringComparison.Ordinal); end >= 0; end = name.IndexOf('/', end + 1))
        {
            AddFolder(name, name[..end]);
        }

        if (isFile && (_folders.Contains(name) || !_files.Add(name)))
        {
            throw Fault(name, "expected each name once, got it twice");
        }

        return _files.Count + _folders.Count <= maximumEntries ? isFile : throw tooMany();
    }

    private void AddFolder(string name, string folder)
    {
        if (_files.Contains(folder))
        {
            throw Fault(name, "expected each name once, got it as a file and as a folder");
        }

        _folders.Add(folder);
    }

    private void ThrowIfUnsafe(string name, string path)
    {
        // A final dot or space also stands for '.' and '..'; a backslash or a colon leads elsewhere on Windows.
        var isSafe = name.Length <= MaximumNameCharacters
            && !name.Any(letter => char.IsControl(letter) || letter is '\\' or ':')
            && path.Split('/').All(segment => segment.Length > 0 && segment[^1] is not ('.' or ' ') && Encoding.UTF8.GetByteCount(segment) <= MaximumSegmentBytes);
        if (!isSafe)
        {
            throw Fault(name, "expected a relative name of ordinary segments, none of them '..'");
        }
    }

    private SourceException Fault(string name, string problem) => new(origin, $"{Quote.Text(name)}: {problem}");
}
