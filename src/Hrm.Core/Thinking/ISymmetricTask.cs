namespace Hrm.Core;

/// <summary>A task whose puzzles have symmetries, so that a model can be asked the same thing in several ways.</summary>
public interface ISymmetricTask : IPuzzleTask
{
    /// <summary>Draws a symmetry that fits every puzzle of the task.</summary>
    /// <param name="random">Where chance comes from.</param>
    IPuzzleSymmetry DrawSymmetry(Random random);
}
