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
