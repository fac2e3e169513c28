using static TorchSharp.torch;

namespace Hrm.Layers.Kernels;

/// <summary>Starts threads on which the operations of libtorch, and our kernels, use no other thread.</summary>
internal static class SerialThread
{
    /// <summary>Starts a background thread. The number of threads stays the same for the caller and for threads that start later.</summary>
    public static Thread Start(string name, Action work)
    {
        var threads = get_num_threads();
        using var isReady = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            _ = get_num_threads(); // Otherwise the first operation would set the number of the process.
            set_num_threads(1); // OpenMP's number, which MKL and oneDNN follow, is that of the thread.
            isReady.Set();
            work();
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        isReady.Wait();
        set_num_threads(threads); // The call above has also set the number of threads that start later.
        return thread;
    }
}
