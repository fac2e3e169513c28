using Hrm.Puzzles;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Turns what <c>--train</c>, <c>--test</c> and <c>--source</c> name into files and folders: addresses are downloaded once.</summary>
internal sealed class SourceReader(IAnsiConsole console, string? cacheFolder) : IDisposable
{
    private const int MostFiles = 10_000;

    // A link could lead out of the folder, or around in it.
    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, MaxRecursionDepth = 8, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.ReparsePoint };

    private readonly HttpClient _client = new();
    private readonly string _cacheFolder = cacheFolder
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "Hrm", "sources");

    /// <summary>The path of a source.</summary>
    public async Task<string> PathOfAsync(string text, CancellationToken cancellationToken)
    {
        var source = Parse(text);
        var progress = new DownloadLines(console, source.ToString());
        return await new SourceCache(_cacheFolder, _client).FetchAsync(source, progress, cancellationToken);
    }

    /// <summary>The files of sources: a file itself, of a folder all that have an extension, in order; links in it are not followed.</summary>
    public async Task<IReadOnlyList<string>> FilesOfAsync(IEnumerable<string> texts, string extension, CancellationToken cancellationToken)
    {
        var files = new List<string>();
        foreach (var text in texts)
        {
            var path = await PathOfAsync(text, cancellationToken);
            if (!Directory.Exists(path))
            {
                files.Add(path);
                continue;
            }

            var found = FilesBelow(path, text, extension);
            files.AddRange(found.Length is > 0 and <= MostFiles
                ? found
                : throw new LabException($"{text}: expected 1 to {MostFiles} files *{extension} in the folder, links not followed, got {(found.Length == 0 ? "none" : "more")}."));
        }

        return files;
    }

    private static PuzzleSource Parse(string text)
    {
        try
        {
            return PuzzleSource.Parse(text);
        }
        catch (SourceException error)
        {
            throw new LabException(error.Message);
        }
    }

    public void Dispose() => _client.Dispose();

    private static string[] FilesBelow(string path, string text, string extension)
    {
        try
        {
            return [.. Directory.EnumerateFiles(path, $"*{extension}", Below).Take(MostFiles + 1).Order(StringComparer.Ordinal)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"{text}: {error.Message}");
        }
    }
}
