using System.Diagnostics;
using System.Globalization;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Paper;

/// <summary>How long the trainings that are left will take, by how long those before took for their work.</summary>
internal sealed class WorkClock
{
    private readonly Dictionary<string, double> _left = [];
    private double _work;
    private double _seconds;

    /// <summary>The number of trainings that are left.</summary>
    public int Count => _left.Count;

    /// <summary>Adds a training.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="work">Its work, in any unit that is the same for all.</param>
    public void Add(string name, double work) => _left[name] = work;

    /// <summary>Notes that a training is done.</summary>
    public void Finish(string name, TimeSpan took)
    {
        if (_left.Remove(name, out var work))
        {
            _work += work;
            _seconds += took.TotalSeconds;
        }
    }

    /// <summary>The time left, while a training runs.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="took">What it took so far.</param>
    /// <param name="left">What it still takes.</param>
    public TimeSpan TimeLeft(string name, TimeSpan took, TimeSpan left)
    {
        var own = _left.GetValueOrDefault(name);
        var others = _left.Values.Sum() - own;
        return others > 0 && own > 0
            ? left + TimeSpan.FromSeconds((_seconds + (took + left).TotalSeconds) / (_work + own) * others)
            : left;
    }
}

/// <summary>A line of a training every few seconds, with the time that is left for it and for all.</summary>
internal sealed class PlanProgress(string name, string folder, WorkClock clock, IAnsiConsole console) : IProgress<TrainingReport>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly Stopwatch _sinceLast = Stopwatch.StartNew();

    public void Report(TrainingReport value)
    {
        if (value.Kind != ReportKind.Training || (_sinceLast.Elapsed < Interval && value.Step < value.TotalSteps))
        {
            return;
        }

        _sinceLast.Restart();
        var left = value.TimeLeft;
        var all = clock.TimeLeft(folder, value.Trained, left);
        console.WriteLine($"{name}: {value.Step}/{value.TotalSteps}, exact {value.Metrics.ExactAccuracy:P0}, left {Text(left)}, all {clock.Count} {Text(all)}");
    }

    private static string Text(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time:mm\\:ss}");
}
