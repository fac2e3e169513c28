using Hrm.Puzzles;
using Spectre.Console;

namespace Hrm.Samples.PuzzleLab;

/// <summary>Turns what <c>--train</c>, <c>--test</c> and <c>--source</c> name into files and folders: addresses are downloaded once.</summary>
internal sealed class SourceReader(IAnsiConsole console, string? cacheFolder) : IDisposable
{
    private readonly HttpClient _client = new();
    private readonly string _cacheFolder = cacheFolder
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "Hrm", "sources");

    /// <summary>The path of a source.</summary>
    public async Task<string> PathOfAsync(string text, CancellationToken cancellationToken)
    {
        var source = PuzzleSource.Parse(text);
        var progress = new DownloadLines(console, source.ToString());
        return await new SourceCache(_cacheFolder, _client).FetchAsync(source, progress, cancellationToken);
    }

    /// <summary>The files of sources: a file itself, of a folder all that have an extension, in order.</summary>
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

            var found = Directory.EnumerateFiles(path, $"*{extension}", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
            files.AddRange(found.Length > 0 ? found : throw new LabException($"{text}: expected files *{extension} in the folder, got none."));
        }

        return files;
    }

    public void Dispose() => _client.Dispose();
}
