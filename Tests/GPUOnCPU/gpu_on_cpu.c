/* gpu_on_cpu.c - run OpenVINO's real GPU plugin on a machine without a GPU (tests only).
 *
 * The plugin talks OpenCL; Intel's OpenCL CPU runtime (PyPI intel-opencl-rt) can execute what it
 * sends, once six differences are papered over.  Preloaded into the process, this library
 *   1. reports the CPU device as a GPU of a vendor that is not Intel (for an Intel one the plugin
 *      asks oneDNN's code generator for the hardware generation, which fails on a CPU);
 *   2. keeps every program alive, because the runtime's kernels hand out a dead cl_program after
 *      the plugin releases its own reference, and cloning a kernel then fails;
 *   3. launches each work-group as one dimension, because the CPU runtime forms sub-groups along
 *      dimension 0 only while a GPU forms them along the linear local id (see launch and PRELUDE);
 *   4. drops the full-unroll hints: f16 convolutions compile about 20 times faster without them;
 *   5. allocates 64 KiB more than asked, since some kernels read past the end of a buffer;
 *   6. allows sub-groups and work-groups of the sizes that GPUs have, so that the kernels are chosen
 *      which a GPU would run, and repairs two that rely on what this runtime does otherwise.
 *
 * setup.sh fetches what is needed and builds it.  libOpenCL and a TBB new enough for libintelocl are
 * linked here, so that they win over OpenVINO's own copies.
 * Use:  LD_PRELOAD=.gpu-on-cpu/gpu_on_cpu.so easel devices
 *
 * Tied to the kernels of OpenVINO 2026.4.1 in one table (see REPAIRS).
 */
#define _GNU_SOURCE
#define CL_TARGET_OPENCL_VERSION 300
#include <CL/cl.h> /* Debian/Ubuntu: opencl-c-headers */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#ifndef CL_DEVICE_SUB_GROUP_SIZES_INTEL /* in cl_ext.h of newer headers */
#define CL_DEVICE_SUB_GROUP_SIZES_INTEL 0x4108
#endif
#define NEXT(fn) __typeof__(&fn) next = (__typeof__(&fn))dlsym(RTLD_NEXT, #fn)

__attribute__((constructor)) static void choose_runtime(void) { setenv("OCL_ICD_FILENAMES", ICD, 0); }

/* 1. a GPU, not Intel's; 6. of a GPU's sizes */

static cl_int answer(const void *value, size_t size, size_t room, void *out, size_t *size_out)
{
    if (out && room < size) return CL_INVALID_VALUE;
    if (out) memcpy(out, value, size);
    if (size_out) *size_out = size;
    return CL_SUCCESS;
}

cl_int clGetDeviceInfo(cl_device_id dev, cl_device_info what, size_t room, void *out, size_t *size_out)
{
    static const cl_device_type type = CL_DEVICE_TYPE_GPU;
    static const cl_uint vendor = 0x1002;
    static const size_t subgroups[] = {8, 16, 32}, group = 1024;
    NEXT(clGetDeviceInfo);
    if (what == CL_DEVICE_SUB_GROUP_SIZES_INTEL) return answer(subgroups, sizeof subgroups, room, out, size_out);
    if (what == CL_DEVICE_MAX_WORK_GROUP_SIZE) return answer(&group, sizeof group, room, out, size_out);
    if (what == CL_DEVICE_TYPE) return answer(&type, sizeof type, room, out, size_out);
    if (what == CL_DEVICE_VENDOR_ID) return answer(&vendor, sizeof vendor, room, out, size_out);
    return next(dev, what, room, out, size_out);
}

/* 2. programs live until the process ends */

cl_int clReleaseProgram(cl_program program) { return program ? CL_SUCCESS : CL_INVALID_PROGRAM; }

/* 3. A local size (x,y,z) is launched as (x*y*z,1,1), with the group counts unchanged.  The three
 * sizes travel in the global offset, which the plugin never uses, and the macros below rebuild from
 * it what the kernels ask for.  4. is the unknown attribute name, which the compiler ignores. */

static const char PRELUDE[] =
    "static inline size_t goc_size(uint d) { return get_global_offset(d); }\n"
    "static inline size_t goc_id(uint d) {\n"
    "  size_t i = get_local_id(0), x = get_global_offset(0), y = get_global_offset(1);\n"
    "  return d == 0 ? i % x : d == 1 ? i / x % y : i / (x * y); }\n"
    "static inline float goc_pick(__local float *room, float x, uint item) {\n"
    "  barrier(CLK_LOCAL_MEM_FENCE); room[get_local_id(0)] = x;\n"
    "  barrier(CLK_LOCAL_MEM_FENCE); return room[item]; }\n"
    "#define get_local_size(d) goc_size(d)\n"
    "#define get_enqueued_local_size(d) goc_size(d)\n"
    "#define get_local_id(d) goc_id(d)\n"
    "#define get_global_size(d) (get_num_groups(d) * goc_size(d))\n"
    "#define get_global_id(d) (get_group_id(d) * goc_size(d) + goc_id(d))\n"
    "#define get_global_offset(d) ((size_t)0)\n"
    "#define reqd_work_group_size(x, y, z) reqd_work_group_size((x) * (y) * (z), 1, 1)\n"
    "#define opencl_unroll_hint goc_no_unroll\n";

cl_int clEnqueueNDRangeKernel(cl_command_queue queue, cl_kernel kernel, cl_uint dims, const size_t *offset,
                              const size_t *global, const size_t *local, cl_uint waits, const cl_event *wait,
                              cl_event *event)
{
    NEXT(clEnqueueNDRangeKernel);
    size_t size[3] = {1, 1, 1}, count[3] = {1, 1, 1}, flat[3] = {1, 1, 1};
    for (cl_uint d = 0; d < dims; d++) {
        size[d] = local ? local[d] : 1;
        if (!size[d] || global[d] % size[d] || (offset && offset[d])) return CL_INVALID_WORK_GROUP_SIZE;
        count[d] = global[d] / size[d];
    }
    flat[0] = size[0] * size[1] * size[2];
    count[0] *= flat[0];
    return next(queue, kernel, 3, size, count, flat, waits, wait, event);
}

/* 6. Two kernels are given another text.  permute_f_y_axes exchanges data through local memory without a
 * barrier, relying on a GPU's lock step: where its second half begins, one is put in.  The group
 * normalization that fits into one work-group picks numbers of single items by work_group_broadcast,
 * which this runtime gets wrong for all but the first sub-group: they are passed through local memory. */

static const struct { const char *text, *better; } REPAIRS[] = {
    {"= y_begin + bf_local;", "= (barrier(CLK_LOCAL_MEM_FENCE), y_begin + bf_local);"},
    {"work_group_broadcast(sum_mean,", "goc_pick(sum_per_feature, sum_mean,"},
    {"work_group_broadcast(sum_variance,", "goc_pick(sqr_sum_per_feature, sum_variance,"},
};
enum { REPAIR_COUNT = sizeof REPAIRS / sizeof *REPAIRS };

static char *repaired(const char *text, size_t size, size_t *size_out)
{
    char *copy = malloc(3 * size), *to = copy;
    const char *end = text + size;
    while (text < end) {
        const char *hit = end;
        int which = 0;
        for (int i = 0; i < REPAIR_COUNT; i++) {
            const char *found = memmem(text, hit - text, REPAIRS[i].text, strlen(REPAIRS[i].text));
            if (found) hit = found, which = i;
        }
        to = mempcpy(to, text, hit - text);
        if (hit == end) break;
        to = mempcpy(to, REPAIRS[which].better, strlen(REPAIRS[which].better));
        text = hit + strlen(REPAIRS[which].text);
    }
    *size_out = to - copy;
    return copy;
}

cl_program clCreateProgramWithSource(cl_context context, cl_uint n, const char **text, const size_t *size, cl_int *err)
{
    NEXT(clCreateProgramWithSource);
    char *all[n + 1];
    size_t sizes[n + 1];
    all[0] = (char *)PRELUDE;
    sizes[0] = sizeof PRELUDE - 1;
    for (cl_uint i = 0; i < n; i++)
        all[i + 1] = repaired(text[i], size && size[i] ? size[i] : strlen(text[i]), &sizes[i + 1]);
    cl_program program = next(context, n + 1, (const char **)all, sizes, err);
    for (cl_uint i = 1; i <= n; i++) free(all[i]);
    return program;
}

/* 5. room behind every buffer; the USM functions are fetched by name */

enum { ROOM = 65536 };
#define ROOMY(kind) \
    static void *(*next_##kind)(cl_context, cl_device_id, const cl_ulong *, size_t, cl_uint, cl_int *); \
    static void *kind(cl_context c, cl_device_id d, const cl_ulong *p, size_t size, cl_uint align, cl_int *err) \
    { return next_##kind(c, d, p, size + ROOM, align, err); }
ROOMY(shared)
ROOMY(device)

void *clGetExtensionFunctionAddressForPlatform(cl_platform_id platform, const char *name)
{
    NEXT(clGetExtensionFunctionAddressForPlatform);
    void *fn = next(platform, name);
    if (fn && !strcmp(name, "clSharedMemAllocINTEL")) return next_shared = fn, (void *)shared;
    if (fn && !strcmp(name, "clDeviceMemAllocINTEL")) return next_device = fn, (void *)device;
    return fn;
}

cl_mem clCreateBuffer(cl_context context, cl_mem_flags flags, size_t size, void *host, cl_int *err)
{
    NEXT(clCreateBuffer);
    return next(context, flags, host ? size : size + ROOM, host, err);
}
