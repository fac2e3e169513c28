namespace Hrm.Core;

/// <summary>What a solver runs: rows with states, one segment at a time. <see cref="TorchModel"/> is one on libtorch.</summary>
internal interface ISegmentModel : IDisposable
{
    HrmConfig Config { get; }

    string Name { get; }

    /// <summary>The comparison of the Q values that fits the training of the model.</summary>
    HaltingRule Rule { get; }

    /// <summary>The number of batches that run side by side if the options set none.</summary>
    int DefaultBatches { get; }

    /// <summary>Prepares the model for solving.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    void Prepare();

    /// <summary>Keeps the model alive until the result is disposed, on the same thread. Can be nested.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    IDisposable Use();

    ISegmentRows CreateRows();
}

/// <summary>The rows of a running batch with their states. For one thread.</summary>
internal interface ISegmentRows : IDisposable
{
    /// <summary>Takes the rows of the next segments: first those that have run, with the places that they had, then new ones.</summary>
    void Enter(IReadOnlyList<RunningRow> rows);

    /// <summary>Runs a segment of the entered rows.</summary>
    /// <param name="keepsResiduals">Whether the changes of the states are wanted.</param>
    /// <param name="batches">The number of batches that run side by side; <see langword="null"/> if the thread's number of threads is set already.</param>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    SegmentAnswers Run(bool keepsResiduals, int? batches);

    /// <summary>The logits of some rows after the last segment, [seq_len · V] each.</summary>
    float[][] ReadLogits(IReadOnlyList<int> places);

    /// <summary>Frees the states; rows can enter again.</summary>
    void Clear();
}

/// <summary>The results of a segment.</summary>
/// <param name="Tokens">The most likely tokens, [B, seq_len].</param>
/// <param name="QHalt">[B].</param>
/// <param name="QContinue">[B].</param>
/// <param name="Residuals">The relative changes of zH and zL, [B] each, see <see cref="StateChange"/>; <see langword="null"/> if they were not wanted.</param>
internal readonly record struct SegmentAnswers(int[] Tokens, float[] QHalt, float[] QContinue, (float[] High, float[] Low)? Residuals);

/// <summary>Gaussian noise on the initial states of one puzzle; it depends only on the seed, not on the row of the puzzle.</summary>
internal readonly record struct StartNoise(double Deviation, long Seed)
{
    /// <summary>Draws the noise of zH and of zL, in this order.</summary>
    /// <param name="count">S · D.</param>
    public (float[] High, float[] Low) Draw(int count)
    {
        var random = new StatefulRandom(Seed);
        return (Draw(random, count), Draw(random, count));
    }

    /// <summary>Two independent numbers from two uniform ones (Box and Muller, 1958).</summary>
    private float[] Draw(StatefulRandom random, int count)
    {
        var noise = new float[count];
        for (var i = 0; i < count; i += 2)
        {
            var radius = Deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            var (sin, cos) = Math.SinCos(2 * Math.PI * random.NextDouble());
            noise[i] = (float)(radius * cos);
            if (i + 1 < count)
            {
                noise[i + 1] = (float)(radius * sin);
            }
        }

        return noise;
    }
}
