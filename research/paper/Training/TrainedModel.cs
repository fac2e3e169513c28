using Hrm.Core;
using TorchSharp;

namespace Hrm.Paper;

/// <summary>A model of a plan that has been trained.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Folder">Where it lies.</param>
/// <param name="Key">What it is known again by: settings and puzzles.</param>
/// <param name="Parameters">The number of its trained values.</param>
/// <param name="Seconds">The time that training took.</param>
/// <param name="Steps">The number of steps.</param>
internal sealed record TrainedModel(TrainingPlan Plan, int Seed, string Folder, string Key, long Parameters, double Seconds, long Steps)
{
    /// <summary>Reads it.</summary>
    public HrmModel Load(torch.Device device) => Architectures.Load(Folder, Plan.For(Seed), device, null);
}
