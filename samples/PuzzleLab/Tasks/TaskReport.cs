using Hrm.Training;
using Spectre.Console;

namespace Hrm.Samples.PuzzleLab;

/// <summary>What an evaluation says in the terms of a task.</summary>
internal abstract class TaskReport
{
    /// <summary>Takes the next answer.</summary>
    public abstract void Add(ExamplePrediction prediction);

    /// <summary>Writes the result, when all answers were taken.</summary>
    public abstract void Write(IAnsiConsole console);

    /// <summary>Writes the result, and what every task has.</summary>
    public void Write(IAnsiConsole console, EvaluationResult result)
    {
        Write(console);
        console.WriteLine($"token accuracy {result.Averages.Accuracy:P2}, q_halt accuracy {result.Averages.QHaltAccuracy:P2}, token loss {result.Averages.TokenLoss:F4}");
    }
}
