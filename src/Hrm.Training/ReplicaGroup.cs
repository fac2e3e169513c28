using System.Collections.Concurrent;
using Hrm.Layers.Kernels;
using TorchSharp.Modules;

namespace Hrm.Training;

/// <summary>Copies of a model that share its weights, each with its own gradients and a thread of one core.</summary>
/// <remarks>
/// libtorch divides each operation among the cores, which wait for each other after it: on a small model, or next to other work on
/// the machine, that costs more than the operation. Replicas divide the rows instead. Not safe for concurrent use.
/// </remarks>
internal sealed class ReplicaGroup(HrmModel model, int count) : IDisposable
{
    /// <summary>The largest number that options accept.</summary>
    public const int MostReplicas = 1024;

    /// <summary>
    /// Number of parameters from which one replica is chosen: the operations are then large enough to divide, and more gradients cost
    /// memory and time.
    /// </summary>
    public const long ManyParameters = 4_000_000;

    /// <summary>The smallest number of rows that a replica is worth.</summary>
    public const int FewRows = 8;

    private readonly Replica[] _replicas = [.. Enumerable.Range(0, count).Select(rank => new Replica(model, rank))];

    public int Count => _replicas.Length;

    /// <summary>Runs work on every replica at once, with the weights and settings that the model has now.</summary>
    /// <returns>The results in rank order, which the scope owns.</returns>
    public TrainingSegment[] Run(Func<Replica, int, TrainingSegment> work, DisposeScope scope)
    {
        var tasks = new Task<TrainingSegment>[Count];
        for (var rank = 0; rank < Count; rank++)
        {
            _replicas[rank].ShareWeights(model);
            tasks[rank] = _replicas[rank].Start(work, rank, model);
            if (model.Recurrence.Updated is not null)
            {
                ((IAsyncResult)tasks[rank]).AsyncWaitHandle.WaitOne(); // The callback need not be safe for several threads.
            }
        }

        try
        {
            return Task.WhenAll(tasks).GetAwaiter().GetResult();
        }
        catch
        {
            Array.ForEach(_replicas, replica => replica.DropGradients());
            throw;
        }
        finally
        {
            foreach (var task in tasks.Where(task => task.IsCompletedSuccessfully))
            {
                task.Result.AttachTo(scope);
            }
        }
    }

    /// <summary>Adds the gradients to the model's, in rank order, and removes them from the replicas.</summary>
    public void MoveGradients(SparseSignSgd? puzzleOptimizer)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Parameter[] sums = [.. model.parameters()];
        foreach (var replica in _replicas)
        {
            foreach (var (sum, parameter) in sums.Zip(replica.Parameters))
            {
                if (parameter.grad is not { } gradient)
                {
                    continue;
                }

                if (sum.grad is { } earlier)
                {
                    earlier.PlusInPlace(gradient);
                }
                else
                {
                    sum.grad = gradient;
                }

                parameter.grad = null;
            }

            puzzleOptimizer?.Take(replica.PuzzleOptimizer!);
        }
    }

    /// <summary>Ends the threads and frees the copies.</summary>
    /// <exception cref="InvalidOperationException">The call comes from a callback on a replica's thread, which it would wait for.</exception>
    public void Dispose()
    {
        if (Array.Exists(_replicas, replica => replica.IsCurrentThread))
        {
            throw new InvalidOperationException("HrmTrainer: expected Dispose on another thread, got it from a callback of its own step, which would wait for itself.");
        }

        Array.ForEach(_replicas, replica => replica.Dispose());
    }

    /// <summary>One copy and its thread.</summary>
    internal sealed class Replica : IDisposable
    {
        private readonly BlockingCollection<Task> _work = [];
        private readonly Thread _thread;

        public Replica(HrmModel model, int rank)
        {
            Model = new HrmModel(model.Config, ReferenceEquals(model.Recurrence.High, model.Recurrence.Low));
            if (model.parameters().First().dtype is not ScalarType.Float32 and var dtype)
            {
                Model.to(dtype);
            }

            Parameters = [.. Model.parameters()];
            PuzzleOptimizer = Model.PuzzleEmbedding is null ? null : new SparseSignSgd(Model.PuzzleEmbedding, weightDecay: 0);
            _thread = new Thread(Work) { IsBackground = true, Name = $"Hrm replica {rank}" };
            _thread.Start();
        }

        public HrmModel Model { get; }

        public bool IsCurrentThread => _thread == Thread.CurrentThread;

        public IReadOnlyList<Parameter> Parameters { get; }

        /// <summary>Only accumulates gradients; does not update the table.</summary>
        public SparseSignSgd? PuzzleOptimizer { get; }

        /// <summary>Takes over weights and settings. At each step, as the model's may have been replaced or frozen.</summary>
        public void ShareWeights(HrmModel model)
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            Model.train();
            Model.Recurrence.GradientMode = model.Recurrence.GradientMode;
            Model.Recurrence.Updated = model.Recurrence.Updated;
            foreach (var (parameter, source) in Parameters.Zip(model.parameters()))
            {
                parameter.set_(source);
                parameter.requires_grad = source.requires_grad;
            }

            foreach (var (buffer, source) in Model.buffers().Zip(model.buffers()))
            {
                buffer.set_(source);
            }
        }

        public Task<TrainingSegment> Start(Func<Replica, int, TrainingSegment> work, int rank, HrmModel source)
        {
            var task = new Task<TrainingSegment>(() =>
            {
                try
                {
                    using var use = source.Use(); // A callback that disposes the model gets an error instead of waiting for this thread.
                    return work(this, rank);
                }
                finally
                {
                    BackwardMemory.FreeReturned();
                }
            });
            _work.Add(task);
            return task;
        }

        private void Work()
        {
            KernelThreads.Use(1);
            foreach (var task in _work.GetConsumingEnumerable())
            {
                task.RunSynchronously(TaskScheduler.Default);
            }
        }

        public void DropGradients()
        {
            foreach (var parameter in Parameters)
            {
                parameter.grad = null;
            }

            PuzzleOptimizer?.Clear();
        }

        public void Dispose()
        {
            _work.CompleteAdding();
            _thread.Join();
            _work.Dispose();
            PuzzleOptimizer?.Dispose();
            Model.Dispose();
        }
    }
}
