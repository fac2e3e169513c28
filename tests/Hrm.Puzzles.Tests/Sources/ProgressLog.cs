namespace Hrm.Puzzles.Tests;

/// <summary>Keeps what is reported, in order and at once.</summary>
internal sealed class ProgressLog(Action<DownloadProgress>? also = null) : IProgress<DownloadProgress>
{
    public List<DownloadProgress> Reports { get; } = [];

    public void Report(DownloadProgress value)
    {
        Reports.Add(value);
        also?.Invoke(value);
    }
}
