using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>What an evaluation says in the terms of a task.</summary>
internal abstract class TaskReport
{
    /// <summary>What an example counts under, one name of each kind: its source list, its length; an empty name is none.</summary>
    /// <param name="example">The number of the example.</param>
    /// <param name="inputs">The tokens of its question.</param>
    public abstract IReadOnlyList<string> CategoriesOf(int example, int[] inputs);

    /// <summary>Takes the next answer.</summary>
    public abstract void Add(EvaluatedExample example);

    /// <summary>Writes the result, when all answers were taken.</summary>
    public abstract void Write(IAnsiConsole console);

    /// <summary>Writes the result, and what every task has.</summary>
    public void Write(IAnsiConsole console, MetricAverages averages)
    {
        Write(console);
        console.WriteLine($"token accuracy {averages.Accuracy:P2}, q_halt accuracy {averages.QHaltAccuracy:P2}, token loss {averages.TokenLoss:F4}");
    }
}
