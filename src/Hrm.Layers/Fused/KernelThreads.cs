using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary>Runs a kernel over rows on as many threads as libtorch uses.</summary>
/// <remarks>
/// libtorch's OpenMP threads wait in a loop for a while after each of its operations, so that threads of .NET's pool would
/// fight with them for the cores. The kernel therefore runs on those very threads where they can be entered: a norm of 1,296
/// rows of 512 and the addition of libtorch's after it took 51 µs on two of them, 104 µs with the pool, 114 µs on the caller alone.
/// </remarks>
internal static unsafe class KernelThreads
{
    /// <summary>The number of values below which waking libtorch's threads costs more than they save.</summary>
    private const long FewValues = 1 << 16;

    /// <summary>The same for the threads of the pool.</summary>
    private const long FewValuesForPool = 1 << 19;

    /// <summary>Parts a thread: a thread that another process holds up leaves its parts to the others.</summary>
    private const int PartsPerThread = 4;

    /// <summary>Runs the kernel once over each of the rows.</summary>
    /// <param name="rows">The number of rows; 0 does nothing.</param>
    /// <param name="valuesPerRow">How many values a row makes the kernel touch, or what costs as much.</param>
    /// <param name="kernel">The kernel; an exception of it is thrown here, once all threads are done.</param>
    public static void Run<TKernel>(long rows, long valuesPerRow, TKernel kernel)
        where TKernel : unmanaged, IRowKernel
    {
        var few = OpenMp.IsAvailable ? FewValues : FewValuesForPool;
        // All or one: OpenMP ends the threads that a smaller team leaves out, and the next operation starts them anew.
        var threads = rows < 2 || rows * valuesPerRow < few ? 1 : get_num_threads();
        if (threads > 1)
        {
            RunOn(threads, rows, kernel, OpenMp.IsAvailable);
        }
        else if (rows > 0)
        {
            kernel.Run(0, rows);
        }
    }

    /// <summary>Runs the kernel on threads of one of the two kinds.</summary>
    public static void RunOn<TKernel>(int threads, long rows, TKernel kernel, bool isOpenMp)
        where TKernel : unmanaged, IRowKernel
    {
        Exception? failure = null;
        var parts = Math.Min(rows, (long)threads * PartsPerThread);
        var task = new Task
        {
            Body = &RunPart<TKernel>,
            Kernel = &kernel,
            Failure = Unsafe.AsPointer(ref failure),
            Rows = rows,
            Parts = parts,
        };
        if (isOpenMp)
        {
            OpenMp.Run(&Enter, &task, threads);
        }
        else
        {
            var address = (nint)(&task);
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => Work((Task*)address));
        }

        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private static void RunPart<TKernel>(void* kernel, long begin, long end)
        where TKernel : unmanaged, IRowKernel
        => ((TKernel*)kernel)->Run(begin, end);

    [UnmanagedCallersOnly]
    private static void Enter(void* task) => Work((Task*)task);

    private static void Work(Task* task)
    {
        // An exception that left through native frames would end the process.
        try
        {
            for (var part = Next(task); part < task->Parts; part = Next(task))
            {
                task->Body(task->Kernel, part * task->Rows / task->Parts, (part + 1) * task->Rows / task->Parts);
            }
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref Unsafe.AsRef<Exception?>(task->Failure), e, null);
        }
    }

    private static long Next(Task* task) => Interlocked.Increment(ref task->Taken) - 1;

    /// <summary>Lies on the stack of the caller, who waits until no thread needs it.</summary>
    private struct Task
    {
        public delegate*<void*, long, long, void> Body;
        public void* Kernel;
        public void* Failure;
        public long Rows;
        public long Parts;
        public long Taken;
    }
}
