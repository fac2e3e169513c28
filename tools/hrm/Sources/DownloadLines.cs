using Hrm.Puzzles;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>A line for each tenth of a download, or for every 16 MiB where its size is not known.</summary>
internal sealed class DownloadLines(IAnsiConsole console, string name) : IProgress<DownloadProgress>
{
    private const long Step = 16 << 20;

    private long _lastPart = -1;

    public void Report(DownloadProgress value)
    {
        var part = value.TotalBytes is > 0 and { } total ? 10 * value.Bytes / total : value.Bytes / Step;
        if (part != _lastPart)
        {
            _lastPart = part;
            var of = value.TotalBytes is { } bytes ? $" of {bytes / 1e6:F1}" : string.Empty;
            console.WriteLine($"{name}: {value.Bytes / 1e6:F1}{of} MB");
        }
    }
}
