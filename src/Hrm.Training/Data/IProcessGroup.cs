namespace Hrm.Training;

/// <summary>Processes that train together, each on its part of the rows of every batch. See <see cref="HrmTrainer.Group"/>.</summary>
/// <remarks>All ranks make the same calls in the same order. Each call waits for the other ranks.</remarks>
public interface IProcessGroup
{
    /// <summary>The rank of this process, from 0 to <see cref="WorldSize"/> - 1.</summary>
    int Rank { get; }

    /// <summary>W, the number of processes; at least 1.</summary>
    int WorldSize { get; }

    /// <summary>Replaces a tensor by its sum over all ranks, added in rank order: every rank gets the same values, bit for bit.</summary>
    /// <param name="sum">Contiguous, float64 or the dtype of the weights (float32 by default), of the same shape in every rank; changed in place.</param>
    void AllReduce(Tensor sum);
}
