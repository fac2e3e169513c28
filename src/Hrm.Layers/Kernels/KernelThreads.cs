using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Hrm.Runtime;

namespace Hrm.Layers.Kernels;

/// <summary>Runs a kernel over rows on as many threads as libtorch uses.</summary>
/// <remarks>
/// libtorch's OpenMP threads wait in a loop for a while after each of its operations, so that threads of .NET's pool would compete
/// with them for the cores. The kernel therefore runs on those threads if they can be entered. A norm of 1,296 rows of 512 and
/// libtorch's addition after it took 51 µs on two of them, 104 µs with the pool, 114 µs on one thread.
/// </remarks>
internal static unsafe class KernelThreads
{
    /// <summary>
    /// For the loops of kernels: they are compiled with all optimizations at their first call. Otherwise the first 30 calls, and all until
    /// the runtime is idle for 100 ms, take up to eight times as long.
    /// </summary>
    public const MethodImplOptions Optimized = MethodImplOptions.AggressiveOptimization;

    /// <summary>Number of values below which waking libtorch's threads costs more than it saves.</summary>
    private const long FewValues = 1 << 16;

    /// <summary>The same number for the threads of the pool.</summary>
    private const long FewValuesForPool = 1 << 19;

    /// <summary>Parts per thread: a thread that another process delays leaves its parts to the others.</summary>
    private const int PartsPerThread = 4;

    /// <summary>
    /// GNU's entry into OpenMP threads; 0 if there is none. libtorch's own handle also searches the libraries that it was linked
    /// with: a process may hold a second OpenMP library, which has other threads.
    /// </summary>
    private static readonly nint ParallelEntry = LoadedLibraries.FunctionOfLibtorch("GOMP_parallel");

    /// <summary>Held while the number of threads that start later differs from the process's.</summary>
    private static readonly Lock Gate = new();

    private static readonly nint OpenMpNumberEntry = LoadedLibraries.FunctionOfLibtorch("omp_set_num_threads");

    private static readonly nint MklNumberEntry = LoadedLibraries.FunctionOfLibtorch("MKL_Set_Num_Threads_Local");

    /// <summary>Whether libtorch's threads can be entered: on Linux, where its OpenMP has GNU's interface.</summary>
    public static bool HasOpenMp => ParallelEntry != 0 && OpenMpNumberEntry != 0;

    /// <summary>Sets the number of threads of the kernels and of libtorch's operations that the calling thread runs.</summary>
    /// <remarks>
    /// libtorch's own function also changes the number of threads that start later, and MKL's number of the whole process. It is used only
    /// if OpenMP's cannot be called, and a new thread then restores the number for later threads.
    /// </remarks>
    public static void Use(int threads)
    {
        if (get_num_threads() == threads)
        {
            return;
        }

        if (HasOpenMp)
        {
            ((delegate* unmanaged<int, void>)OpenMpNumberEntry)(threads);
            if (MklNumberEntry != 0)
            {
                ((delegate* unmanaged<int, int>)MklNumberEntry)(threads);
            }

            return;
        }

        lock (Gate)
        {
            var standard = OnNewThread(get_num_threads);
            set_num_threads(threads);
            OnNewThread(() =>
            {
                set_num_threads(standard);
                return standard;
            });
        }
    }

    /// <summary>Runs the kernel once over each of the rows.</summary>
    /// <param name="rows">The number of rows; 0 does nothing.</param>
    /// <param name="valuesPerRow">The number of values that the kernel reads and writes per row, or the equivalent cost.</param>
    /// <param name="kernel">
    /// Works on the rows from its first argument to before its second; called on several threads at once. An exception from it is
    /// thrown here, after all threads are done.
    /// </param>
    public static void Run(long rows, long valuesPerRow, Action<long, long> kernel)
    {
        var few = HasOpenMp ? FewValues : FewValuesForPool;
        // All or one: OpenMP ends the threads that a smaller team leaves out, and the next operation starts them again.
        var threads = rows < 2 || rows * valuesPerRow < few ? 1 : get_num_threads();
        if (threads > 1)
        {
            RunOn(threads, rows, kernel, HasOpenMp);
        }
        else if (rows > 0)
        {
            kernel(0, rows);
        }
    }

    /// <summary>Runs the kernel on threads of one of the two kinds.</summary>
    public static void RunOn(int threads, long rows, Action<long, long> kernel, bool isOpenMp)
    {
        var work = new Work(kernel, rows, Math.Min(rows, (long)threads * PartsPerThread));
        if (isOpenMp)
        {
            using var handle = new GCHandle<Work>(work);
            ((delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void>)ParallelEntry)(
                &Enter, GCHandle<Work>.ToIntPtr(handle), (uint)threads, 0);
        }
        else
        {
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => work.TakeParts());
        }

        if (work.Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private static int OnNewThread(Func<int> work)
    {
        var result = 0;
        var thread = new Thread(() => result = work());
        thread.Start();
        thread.Join();
        return result;
    }

    [UnmanagedCallersOnly]
    private static void Enter(nint work) => GCHandle<Work>.FromIntPtr(work).Target.TakeParts();

    private sealed class Work(Action<long, long> kernel, long rows, long parts)
    {
        private long _taken;
        private Exception? _failure;

        public Exception? Failure => _failure;

        public void TakeParts()
        {
            // An exception that leaves through native frames would end the process.
            try
            {
                for (var part = Next(); part < parts; part = Next())
                {
                    kernel(part * rows / parts, (part + 1) * rows / parts);
                }
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref _failure, e, null);
            }
        }

        private long Next() => Interlocked.Increment(ref _taken) - 1;
    }
}
