namespace Hrm.Training.Tests;

/// <summary>Collects the reports of an operation.</summary>
/// <param name="then">Called after each report.</param>
internal sealed class ProgressList<T>(Action<T>? then = null) : List<T>, IProgress<T>
{
    public void Report(T value)
    {
        Add(value);
        then?.Invoke(value);
    }
}
