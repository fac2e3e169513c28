using System.Text;

namespace Hrm.Puzzles.Tests;

/// <summary>File in its own folder; both are deleted on disposal.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hrm-puzzles-");

    public TemporaryFile(string? text = null)
        : this(text is null ? null : Encoding.UTF8.GetBytes(text))
    {
    }

    public TemporaryFile(byte[]? bytes)
    {
        Path = System.IO.Path.Combine(_folder.FullName, "puzzles.csv");
        if (bytes is not null)
        {
            File.WriteAllBytes(Path, bytes);
        }
    }

    public string Path { get; }

    public string Folder => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}
