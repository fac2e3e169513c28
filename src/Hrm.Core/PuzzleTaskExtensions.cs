namespace Hrm.Core;

/// <summary>What every <see cref="IPuzzleTask"/> can do once it says how to encode and vary a puzzle.</summary>
public static class PuzzleTaskExtensions
{
    /// <summary>A puzzle with its answer as an example for training.</summary>
    /// <typeparam name="TQuestion">What is asked.</typeparam>
    /// <typeparam name="TAnswer">What answers it.</typeparam>
    /// <param name="task">The task.</param>
    /// <param name="question">The question.</param>
    /// <param name="answer">The answer.</param>
    public static PuzzleExample ToExample<TQuestion, TAnswer>(this IPuzzleTask<TQuestion, TAnswer> task, TQuestion question, TAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new PuzzleExample(task.Encode(question), task.EncodeAnswer(answer));
    }

    /// <summary>An example and random variants of it, as one group of a dataset.</summary>
    /// <param name="task">The task, which knows what a variant is.</param>
    /// <param name="example">The example, the first puzzle of the group.</param>
    /// <param name="variants">The number of variants; some may be equal.</param>
    /// <param name="random">Where chance comes from.</param>
    public static PuzzleGroup ToGroup(this IExampleAugmentation task, PuzzleExample example, int variants, Random random)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfNegative(variants);
        return PuzzleGroup.Of(Enumerable.Range(0, variants + 1).Select(variant => variant == 0 ? example : Vary(task, example, random)));
    }

    private static PuzzleExample Vary(IExampleAugmentation task, PuzzleExample example, Random random)
    {
        int[] inputs = [.. example.Inputs];
        int[] labels = [.. example.Labels];
        task.Apply(inputs, labels, random);
        return new PuzzleExample(inputs, labels, example.PuzzleId);
    }
}
